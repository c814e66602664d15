#include <array>
#include <cmath>
#include <numbers>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {{4.75, 7, 8.5, 9.25, 10}}, .cifar = {}};

/// A point is pushed about by ever finer and weaker waves; the colour is that of where it ends.
struct Waves {
  double time;
  int iterations;
  double sharpness;
  double scale;

  [[nodiscard]] std::array<double, 3> colour(double x, double y) const {
    x /= scale;
    y /= scale;
    double frequency = 1;
    double slowness = 1;
    double damping = 1;
    for (int i = 0; i < iterations; ++i) {
      const double across = std::cos(y * frequency + time / slowness) / damping;
      const double down = std::sin(x * frequency + time / slowness) / damping;
      x += across + -down * 0.3;
      y += down + across * 0.3;
      frequency *= 1.93;
      slowness *= 1.15;
      damping *= 2.25 - sharpness;
    }
    return {std::sin(x - time), std::sin((x + y + std::sin(time)) * 0.5), std::sin(y + time)};
  }
};

}  // namespace

data::Image plasma_noise(const data::Image& image, const CorruptionContext& context) {
  const double intensity = parameter_at(level_for(kLevels, context), 64);
  Waves waves{};
  waves.time = context.random.uniform(0, 6 * std::numbers::pi);
  waves.iterations = 4 + static_cast<int>(context.random.integer(3));
  waves.sharpness = context.random.uniform(0.5, 1);
  waves.scale = context.random.uniform(0.075, 0.2) * shorter_side(image);
  const double kept = 1 - intensity / 255;
  data::Image result(image.height, image.width);
  std::size_t i = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (const double noise : waves.colour(x, y)) {
        result.pixels[i] = to_level(kept * image.pixels[i] + intensity * noise);
        ++i;
      }
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
