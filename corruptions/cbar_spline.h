#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>

namespace vitrobust::corruptions {

/// Cubic splines as scipy.ndimage has them with mode "constant": 0 outside the image, and inside it the image
/// mirrored about the centres of its edge pixels.
struct SplineTaps {
  std::array<std::size_t, 4> indices;
  std::array<double, 4> weights;
};

/// How a line of n samples has a value at a position; nothing outside [0, n - 1].
std::optional<SplineTaps> spline_taps(double position, int n);

/// What must stand at the knots of one channel of a row-major field so that the spline passes through its
/// values: replaces them by it, along the columns, then along the rows. `channels` are interleaved.
void prefilter_spline(std::span<double> field, int rows, int columns, int channels);

/// The sum of 4 x 4 knots, row by row. `knots` points to the channel of the first pixel, pixels are `step`
/// apart.
template <typename Knot>
double spline_value(const Knot* knots, std::size_t columns, std::size_t step, const SplineTaps& y,
                    const SplineTaps& x) {
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Knot* const row = knots + y.indices[i] * columns * step;
    for (std::size_t j = 0; j < 4; ++j)
      sum += static_cast<double>(row[x.indices[j] * step]) * y.weights[i] * x.weights[j];
  }
  return sum;
}

}  // namespace vitrobust::corruptions
