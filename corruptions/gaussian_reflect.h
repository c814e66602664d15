#pragma once

#include <span>

namespace vitrobust::corruptions {

/// Smooths a field of `rows` x `columns` values in place by a separable Gaussian of the given standard
/// deviations along the columns and along the rows, cut at radius int(3 sigma + 0.5), the field mirrored at
/// its edges with the edge value repeated: `skimage.filters.gaussian` with mode "reflect" and truncate 3.
/// While the radius is below the side, additions are in scipy's order and the result is scipy's to the bit.
/// Above it, the field is mirrored over and over; then the taps that read the same value are added up
/// beforehand, which costs one pass over the side instead of one over the taps, and the result is scipy's up
/// to rounding (1e-15). Plain float64 arithmetic: the same on every processor.
void gaussian_filter_reflect(std::span<double> field, int rows, int columns, double sigma_y, double sigma_x);

}  // namespace vitrobust::corruptions
