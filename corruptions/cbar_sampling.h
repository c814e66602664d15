#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "data/image.h"

namespace vitrobust::corruptions {

/// Between four pixels; what lies outside the image is black.
struct BilinearPosition {
  BilinearPosition(double y, double x, int height, int width)
      : top(static_cast<int>(std::floor(y))),
        left(static_cast<int>(std::floor(x))),
        above(1.0 - y + top),
        below(1.0 - (top + 1) + y),
        before(1.0 - x + left),
        after(1.0 - (left + 1) + x),
        has_top(top >= 0 && top < height),
        has_bottom(top + 1 >= 0 && top + 1 < height),
        has_left(left >= 0 && left < width),
        has_right(left + 1 >= 0 && left + 1 < width) {}

  [[nodiscard]] bool is_inside() const { return has_top && has_bottom && has_left && has_right; }

  int top;
  int left;
  /// The weights of the rows and the columns.
  double above;
  double below;
  double before;
  double after;
  bool has_top;
  bool has_bottom;
  bool has_left;
  bool has_right;
};

/// A pixel between pixels of an image of bytes, in float64.
std::array<double, 3> sample(const data::Image& image, double y, double x);

/// Three float32 values per pixel, of `height` x `width` pixels.
struct FloatImage {
  int height = 0;
  int width = 0;
  std::vector<float> values;
};

/// What numpy makes of the same sum over float32 pixels: float32 as far as all its terms come from the image,
/// float64 once a term from outside, which the reference writes as an integer, has joined it.
struct FloatSample {
  std::array<double, 3> values;
  bool is_double;
};
FloatSample sample(const FloatImage& image, double y, double x);

}  // namespace vitrobust::corruptions
