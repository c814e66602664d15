#include <cmath>
#include <numbers>
#include <utility>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

using std::numbers::pi;

constexpr CbarLevels kGreyscale{.imagenet = {{1, 1.5, 2, 4.5, 5}}, .cifar = {}};
constexpr CbarLevels kRings{.imagenet = {{3, 5, 8, 9, 10}}, .cifar = {}};

std::uint8_t add(std::uint8_t pixel, double noise) {
  return to_level(pixel + noise);
}

}  // namespace

data::Image single_frequency_greyscale(const data::Image& image, const CorruptionContext& context) {
  const double intensity = parameter_at(level_for(kGreyscale, context), 196);
  double along_x = context.random.uniform(-pi, pi);
  double along_y = context.random.uniform(-std::abs(along_x), std::abs(along_x));
  if (context.random.integer(2) == 0) std::swap(along_x, along_y);
  const double phase = context.random.uniform(0, 2 * pi);
  const auto wave = [&](int y, int x) { return intensity * std::sin(x * along_x + y * along_y + phase); };
  return change_pixels(image, wave, add);
}

data::Image cocentric_sine_waves(const data::Image& image, const CorruptionContext& context) {
  const double intensity = parameter_at(level_for(kRings, context), 128);
  const double tenth = shorter_side(image) / 10;
  const double centre_x = context.random.uniform(0, image.width);
  const double centre_y = context.random.uniform(0, image.height);
  const double frequency = context.random.uniform(0, 10);
  const double amplitude = context.random.uniform(0, tenth);
  const double ring = context.random.uniform(0, tenth);
  const auto wave = [&](int y, int x) {
    const double dx = x - centre_x;
    const double dy = y - centre_y;
    const double angle = std::atan2(dx, dy) * frequency;
    const double distance = std::sqrt(dx * dx + dy * dy) + std::sin(angle) * amplitude;
    return intensity * (floor_mod(distance, ring) / ring - 0.5);
  };
  return change_pixels(image, wave, add);
}

}  // namespace vitrobust::corruptions
