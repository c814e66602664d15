#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/cbar_sampling.h"
#include "corruptions/functions.h"
#include "corruptions/gaussian_kernel.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {{2.35, 3.2, 4.9, 6.6, 9.15}}, .cifar = {}};

/// Of the water against the air.
constexpr double kRefraction = 4;

/// Light on the bottom of water: a periodic field, brightest where waves focus it.
double caustic(double y, double x, double time) {
  constexpr double kTurn = 6.28318530718;
  constexpr double kIntensity = 0.005;
  const double py = floor_mod(y, 1) * kTurn - 250;
  const double px = floor_mod(x, 1) * kTurn - 250;
  double iy = py;
  double ix = px;
  double sum = 1;
  for (int n = 1; n <= 5; ++n) {
    const double t = time * (1.0 - 3.5 / n);
    const double wave_y = std::cos(t - iy) + std::sin(t + ix);
    const double wave_x = std::sin(t - ix) + std::cos(t + iy);
    iy = py + wave_y;
    ix = px + wave_x;
    const double a = py / (std::sin(iy + t) / kIntensity);
    const double b = px / (std::cos(ix + t) / kIntensity);
    sum += 1.0 / std::sqrt(a * a + b * b);
  }
  return std::clamp(std::pow(std::abs(1.17 - std::pow(sum / 5, 1.4)), 8.0), 0.0, 1.0);
}

/// A field of one value per pixel, 0 outside.
class Field {
 public:
  Field(int height, int width)
      : height_(height),
        width_(width),
        values_(static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {}

  double& at(int y, int x) {
    return values_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                   static_cast<std::size_t>(x)];
  }
  [[nodiscard]] double operator()(int y, int x) const {
    if (y < 0 || x < 0 || y >= height_ || x >= width_) return 0;
    return values_[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                   static_cast<std::size_t>(x)];
  }

  /// By a Gaussian of standard deviation 1, cut at radius 4, the field mirrored at its edges: columns, then
  /// rows, taps in pairs from the outermost inwards, as `scipy.ndimage.gaussian_filter`.
  void smooth() {
    const std::vector<double> weights = half_kernel(1, 4);
    const auto filter = [&weights](int n, auto value, auto store) {
      std::vector<double> line(static_cast<std::size_t>(n));
      const auto mirrored = [&line, n](int i) {
        const int in_period = ((i % (2 * n)) + 2 * n) % (2 * n);
        return line[static_cast<std::size_t>(in_period < n ? in_period : 2 * n - 1 - in_period)];
      };
      for (int i = 0; i < n; ++i) line[static_cast<std::size_t>(i)] = value(i);
      for (int i = 0; i < n; ++i) {
        double sum = line[static_cast<std::size_t>(i)] * weights[0];
        for (int k = static_cast<int>(weights.size()) - 1; k > 0; --k)
          sum += (mirrored(i - k) + mirrored(i + k)) * weights[static_cast<std::size_t>(k)];
        store(i, sum);
      }
    };
    for (int x = 0; x < width_; ++x)
      filter(
          height_, [&](int y) { return at(y, x); }, [&](int y, double value) { at(y, x) = value; });
    for (int y = 0; y < height_; ++y)
      filter(
          width_, [&](int x) { return at(y, x); }, [&](int x, double value) { at(y, x) = value; });
  }

 private:
  int height_;
  int width_;
  std::vector<double> values_;
};

/// Where light that falls straight onto a surface of that slope goes, for a depth of 1.
std::pair<double, double> refract(double slope_y, double slope_x) {
  const double norm = std::sqrt(slope_y * slope_y + slope_x * slope_x + 1);
  const double y = slope_y / norm;
  const double x = slope_x / norm;
  const double cosine = 1 / norm;
  if (cosine >= 1 - 1e-3) return {0, 0};
  const double turned = std::asin(std::sin(std::acos(cosine)) / kRefraction);
  const double factor = std::cos(turned) - std::sin(turned) * cosine / std::sqrt(y * y + x * x);
  return {y * factor, x * factor};
}

double rounded(double value) {
  return std::rint(value * 1000) / 1000;
}

}  // namespace

data::Image caustic_refraction(const data::Image& image, const CorruptionContext& context) {
  const double level = level_for(kLevels, context);
  const double side = shorter_side(image);
  const double depth = parameter_at(level, 0.5 * side);
  const double lighting = parameter_at(level, 2);
  const double time = context.random.uniform(0.5, 2);
  const double size = context.random.uniform(0.75, 1.25) * side;
  Field light(image.height, image.width);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) light.at(y, x) = caustic(y / size, x / size, time);
  light.smooth();

  FloatImage source{image.height, image.width, {}};
  source.values.reserve(image.pixels.size());
  for (const std::uint8_t value : image.pixels) source.values.push_back(static_cast<float>(value) / 255.0F);
  std::vector<double> refracted;
  refracted.reserve(image.pixels.size());
  bool any_double = false;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double slope_y = light(y + 1, x) - light(y - 1, x);
      const double slope_x = light(y, x + 1) - light(y, x - 1);
      const auto [dy, dx] = refract(slope_y, slope_x);
      const FloatSample from = sample(source, y + rounded(dy * depth), x + rounded(dx * depth));
      any_double |= from.is_double;
      for (double value : from.values) {
        for (const double brighter : {-slope_x * lighting, slope_y * lighting}) {
          if (from.is_double)
            value += brighter;
          else
            value = static_cast<float>(value) + static_cast<float>(brighter);
        }
        refracted.push_back(std::clamp(value, 0.0, 1.0));
      }
    }
  }
  // numpy keeps the whole image in float64 if one of its pixels is.
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < refracted.size(); ++i)
    result.pixels[i] = any_double ? to_level(refracted[i] * 255)
                                  : to_level(static_cast<double>(static_cast<float>(refracted[i]) * 255));
  return result;
}

}  // namespace vitrobust::corruptions
