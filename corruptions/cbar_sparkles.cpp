#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {{1, 2, 3, 5, 6}}, .cifar = {{.7, 3.5, 5.6, 6.3, 7}}};
constexpr CbarLevels kInverseLevels{.imagenet = {{1, 2, 4, 9, 10}}, .cifar = {{1, 1.5, 2.5, 4.5, 5}}};

constexpr double kWhite = 255;
/// Standard deviation of a ray's length, in radii.
constexpr double kJitter = 25 / 100.0;

/// A point of light with rays of many lengths around it.
struct Sparkle {
  double centre_y = 0;
  double centre_x = 0;
  double exponent = 1;
  std::vector<double> rays;

  /// How much of the light is at a pixel, 0 to 1.
  [[nodiscard]] double light(int y, int x) const {
    using std::numbers::pi;
    const double dy = y - centre_y;
    const double dx = x - centre_x;
    const double distance = std::sqrt(dy * dy + dx * dx);
    const double turn = (std::atan2(dx, dy) + pi) / (2 * pi) * static_cast<double>(rays.size());
    const auto ray = static_cast<std::size_t>(turn);
    double between = turn - static_cast<double>(ray);
    const double here = rays[ray % rays.size()];
    const double length = here + between * (rays[(ray + 1) % rays.size()] - here);
    const double ratio = length * length / (distance * distance + 1e-4);
    const double strength = exponent == 1 ? ratio : std::pow(ratio, exponent);
    between -= 0.5;
    return std::clamp((1 - between * between) * strength, 0.0, 1.0);
  }
};

std::uint32_t draw_ray_count(RandomSource& random) {
  return 50 + random.integer(150);
}

void draw_rays(Sparkle& sparkle, std::size_t count, double radius, double shortest, RandomSource& random) {
  sparkle.rays.resize(count);
  for (double& length : sparkle.rays)
    length = std::max(shortest, radius + kJitter * radius * random.normal());
}

}  // namespace

data::Image sparkles(const data::Image& image, const CorruptionContext& context) {
  const double radius = parameter_at(level_for(kLevels, context), 0.1) * shorter_side(image);
  std::array<Sparkle, 5> five;
  for (Sparkle& sparkle : five) {
    sparkle.centre_y = context.random.uniform(0, image.height);
    sparkle.centre_x = context.random.uniform(0, image.width);
  }
  RandomSource& lengths = context.random.nested();
  std::array<std::uint32_t, five.size()> counts{};
  for (std::uint32_t& count : counts) count = draw_ray_count(context.random);
  for (std::size_t i = 0; i < five.size(); ++i) draw_rays(five[i], counts[i], radius, 1, lengths);

  data::Image result(image.height, image.width);
  std::size_t i = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x, i += 3) {
      std::array<double, 3> colour{};
      std::copy_n(image.pixels.begin() + static_cast<std::ptrdiff_t>(i), 3, colour.begin());
      for (const Sparkle& sparkle : five) {
        const double light = sparkle.light(y, x);
        for (double& value : colour) {
          // Between two sparkles the reference has float32.
          const double before = static_cast<float>(value);
          value = before + light * (kWhite - before);
        }
      }
      for (std::size_t c = 0; c < 3; ++c) result.pixels[i + c] = to_level(colour[c]);
    }
  }
  return result;
}

data::Image inverse_sparkles(const data::Image& image, const CorruptionContext& context) {
  const double amount = 100 - parameter_at(level_for(kInverseLevels, context), 65);
  Sparkle sparkle;
  sparkle.exponent = (100 - amount) / 50;
  sparkle.centre_y = context.random.uniform(0.25, 0.75) * image.height;
  sparkle.centre_x = context.random.uniform(0.25, 0.75) * image.width;
  RandomSource& lengths = context.random.nested();
  const std::uint32_t count = draw_ray_count(context.random);
  const double radius = 0.25 * shorter_side(image);
  draw_rays(sparkle, count, radius, -HUGE_VAL, lengths);
  return change_pixels(
      image, [&](int y, int x) { return sparkle.light(y, x); },
      [](std::uint8_t pixel, double light) { return to_level(kWhite + light * (pixel - kWhite)); });
}

}  // namespace vitrobust::corruptions
