#pragma once

#include <span>

#include "data/image.h"

namespace vitrobust::corruptions {

/// Smooths a field of `rows` x `columns` pixels with `channels` interleaved channels in place by a separable
/// Gaussian of standard deviation `sigma` pixels, cut at radius int(4 sigma + 0.5), the border pixel repeated
/// outside: `skimage.filters.gaussian` with its defaults. Columns first, then rows, taps added in pairs from
/// the outermost inwards, all as `scipy.ndimage.correlate1d` does, so that rounding agrees. Plain float64
/// arithmetic: the same on every processor.
void gaussian_filter(std::span<double> field, int rows, int columns, int channels, double sigma);

/// The same filter on an image's values over 255, the result truncated to 8 bits again.
data::Image gaussian_blurred(const data::Image& image, double sigma);

}  // namespace vitrobust::corruptions
