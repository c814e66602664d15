#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {{2, 3, 4, 5, 6}}, .cifar = {{1, 2, 3, 4, 5}}};

constexpr std::uint8_t kGrey = 128;

/// Python's index into a list of `count`, from the end when negative.
std::size_t wrapped(int i, std::size_t count) {
  return i < 0 ? count - static_cast<std::size_t>(-i) : static_cast<std::size_t>(i);
}

}  // namespace

/// The longer side scales the cells, which bounds their number.
data::Image checkerboard_cutout(const data::Image& image, const CorruptionContext& context) {
  const double fraction = parameter_at(level_for(kLevels, context), 1);
  const double angle = context.random.uniform(0, 2 * std::numbers::pi);
  const double side = std::max(image.height, image.width);
  const double cell = std::max(context.random.uniform(0.1, 0.25) * side, 1.0);
  RandomSource& random = context.random.nested();
  const auto cells = static_cast<std::size_t>(std::round((4 * side - std::fmod(4 * side, cell)) / cell));
  std::vector<double> chance(cells * cells);
  random.fill_uniform(chance);

  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const auto is_cut = [&](int y, int x) {
    const double row = (cosine * y + sine * x) / cell;
    const double column = (-sine * y + cosine * x) / cell;
    if (static_cast<int>(floor_mod(row, 2)) != static_cast<int>(floor_mod(column, 2))) return false;
    // Cells are numbered towards zero: those about zero are drawn together.
    const std::size_t i = wrapped(static_cast<int>(row), cells);
    const std::size_t j = wrapped(static_cast<int>(column), cells);
    return chance[i * cells + j] < fraction;
  };
  return change_pixels(image, is_cut, [](std::uint8_t pixel, bool cut) { return cut ? kGrey : pixel; });
}

}  // namespace vitrobust::corruptions
