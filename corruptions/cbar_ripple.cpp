#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "corruptions/cbar.h"
#include "corruptions/cbar_sampling.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {}, .cifar = {{5.5, 6, 6.5, 7.5, 8}}};

}  // namespace

data::Image ripple(const data::Image& image, const CorruptionContext& context) {
  constexpr double kTurn = 2 * std::numbers::pi;
  const double side = shorter_side(image);
  const double amplitude = parameter_at(level_for(kLevels, context), 0.025) * side;
  // Of the rows first, then of the columns.
  std::array<double, 2> wavelengths{};
  std::array<double, 2> phases{};
  for (double& wavelength : wavelengths) wavelength = context.random.uniform(0.1, 0.3) * side;
  for (double& phase : phases) phase = context.random.uniform(0, kTurn);
  const auto moved = [&](int i, std::size_t axis) {
    return i + amplitude * std::sin(kTurn * i / wavelengths[axis] + phases[axis]);
  };
  return change_image(image, [&](int y, int x) { return sample(image, moved(y, 0), moved(x, 1)); });
}

}  // namespace vitrobust::corruptions
