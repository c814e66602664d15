#include "data/resize_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace vitrobust::data {
namespace {

double box(double x) {
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

double triangle(double x) {
  return std::max(0.0, 1.0 - std::abs(x));
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

/// A sinc under a Hamming window whose constants have the precision of a float, as in Pillow.
double hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54F + 0.46F * std::cos(x));
}

/// Keys, "Cubic convolution interpolation", 1981, with a = -1/2.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

double lanczos3(double x) {
  return x >= -3.0 && x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
}

struct Filter {
  double (*value)(double);
  /// Half its width at scale 1.
  double support;
};

Filter filter_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::box:
      return {box, 0.5};
    case Interpolation::bilinear:
      return {triangle, 1.0};
    case Interpolation::hamming:
      return {hamming, 1.0};
    case Interpolation::bicubic:
      return {cubic, 2.0};
    case Interpolation::lanczos:
      return {lanczos3, 3.0};
    case Interpolation::nearest:
      break;
  }
  throw InternalError("nearest-neighbour resizing has no filter");
}

/// Rounded away from zero at halves.
std::int32_t to_fixed(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(weight < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

Taps make_taps(Interpolation interpolation, int in, int out, int begin, int count) {
  const Filter filter = filter_of(interpolation);
  const double scale = static_cast<double>(in) / out;
  const double stretch = std::max(scale, 1.0);
  const double support = filter.support * stretch;
  const double squeeze = 1.0 / stretch;
  Taps taps;
  taps.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.weights.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(taps.stride));
  std::vector<double> weights;
  for (int i = 0; i < count; ++i) {
    const double centre = (begin + i + 0.5) * scale;
    // Truncation, not floor: Pillow casts to int, then cuts at the image's ends.
    const int first = std::max(0, static_cast<int>(centre - support + 0.5));
    const int end = std::min(in, static_cast<int>(centre + support + 0.5));
    weights.clear();
    double sum = 0.0;
    for (int source = first; source < end; ++source) {
      weights.push_back(filter.value((source - centre + 0.5) * squeeze));
      sum += weights.back();
    }
    std::int32_t* fixed = taps.weights.data() + static_cast<std::ptrdiff_t>(i) * taps.stride;
    for (const double weight : weights) *fixed++ = to_fixed(sum != 0.0 ? weight / sum : weight);
    taps.first.push_back(first);
    taps.count.push_back(end - first);
  }
  return taps;
}

std::vector<int> nearest_pixels(int in, int out, int begin, int count) {
  const double scale = static_cast<double>(in) / out;
  std::vector<int> pixels;
  // Pillow adds the scale up instead of multiplying; the rounding errors decide which pixel is taken at ties.
  double position = 0.5 * scale;
  for (int i = 0; i < begin + count; ++i, position += scale)
    if (i >= begin) pixels.push_back(std::min(static_cast<int>(position), in - 1));
  return pixels;
}

}  // namespace vitrobust::data
