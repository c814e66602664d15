#pragma once

#include <algorithm>
#include <cmath>

namespace vitrobust::corruptions {

/// One pixel, each component in [0, 1].
struct Rgb {
  double r, g, b;
};
struct Hsv {
  double h, s, v;
};

/// Hue, saturation and value in the order of operations of scikit-image's `rgb2hsv`: the round trip through
/// HSV and truncation alone lowers one pixel in eight by a level, so the rounding must be the same.
inline Hsv to_hsv(const Rgb& in) {
  const double v = std::max({in.r, in.g, in.b});
  const double delta = v - std::min({in.r, in.g, in.b});
  if (delta == 0) return {0, 0, v};
  // On a tie the later channel decides.
  double h = 0;
  if (in.b == v)
    h = 4 + (in.r - in.g) / delta;
  else if (in.g == v)
    h = 2 + (in.b - in.r) / delta;
  else
    h = (in.g - in.b) / delta;
  h /= 6;
  if (h < 0) h += 1;  // h is in (-1/6, 5/6]
  return {h, delta / v, v};
}

/// Back to RGB as scikit-image's `hsv2rgb` does.
inline Rgb to_rgb(const Hsv& in) {
  const double sector = std::floor(in.h * 6);
  const double f = in.h * 6 - sector;
  const double p = in.v * (1 - in.s);
  const double q = in.v * (1 - f * in.s);
  const double t = in.v * (1 - (1 - f) * in.s);
  switch (static_cast<int>(sector) % 6) {
    case 0:
      return {in.v, t, p};
    case 1:
      return {q, in.v, p};
    case 2:
      return {p, in.v, t};
    case 3:
      return {p, q, in.v};
    case 4:
      return {t, p, in.v};
    default:
      return {in.v, p, q};
  }
}

}  // namespace vitrobust::corruptions
