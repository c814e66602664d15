#pragma once

#include <vector>

namespace vitrobust::corruptions {

/// The weights of a Gaussian of standard deviation `sigma` cut at radius int(truncate * sigma + 0.5), as
/// scipy's `gaussian_filter1d` has them: weights[k] belongs to the offsets +k and -k. Where an image is flat,
/// the sum of the rounded weights decides whether a value just reaches its level or is truncated to the one
/// below, so every bit counts: the exponential is rounded from extended precision, whatever the C library,
/// and the sum is numpy's.
std::vector<double> half_kernel(double sigma, double truncate);

}  // namespace vitrobust::corruptions
