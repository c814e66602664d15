#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/cbar_sampling.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {}, .cifar = {{5.5, 6, 6.5, 8.5, 10}}};

/// Around the centre of a cell, up to a radius.
struct Twirl {
  double centre_y;
  double centre_x;
  double radius;
  double amount;
  double angle;

  /// Where a pixel comes from.
  [[nodiscard]] std::pair<double, double> source_of(double y, double x) const {
    double dy = y - centre_y;
    double dx = x - centre_x;
    const double distance = std::sqrt(dy * dy + dx * dx);
    if (distance > radius || std::rint(distance * 1000) == 0) return {y, x};
    const double inside = distance / radius;
    const double pinch = std::pow(std::sin(std::numbers::pi * 0.5 * inside), -amount);
    dy *= pinch;
    dx *= pinch;
    const double turn = angle * ((1 - inside) * (1 - inside));
    return {centre_y + (dy * std::cos(turn) - dx * std::sin(turn)),
            centre_x + (dy * std::sin(turn) + dx * std::cos(turn))};
  }
};

}  // namespace

/// Cells are square; as many more fit along the longer side as there is room for.
data::Image pinch_and_twirl(const data::Image& image, const CorruptionContext& context) {
  const double level = level_for(kLevels, context);
  const int side = static_cast<int>(shorter_side(image));
  const int across = side == 224 ? 5 : 3;
  const int cell = side / across;
  const int rows = across * image.height / side;
  const int columns = across * image.width / side;
  std::vector<double> angles(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (double& angle : angles) {
    const double sign = context.random.integer(2) == 0 ? 1 : -1;
    angle = sign * parameter_at(level, std::numbers::pi / 2);
  }

  FloatImage now{image.height, image.width, {image.pixels.begin(), image.pixels.end()}};
  std::vector<float> twirled(3 * static_cast<std::size_t>(cell) * static_cast<std::size_t>(cell));
  const double radius = cell / 2.0;
  auto angle = angles.begin();
  for (int left = 0; left < columns * cell; left += cell) {
    for (int top = 0; top < rows * cell; top += cell) {
      const Twirl twirl{.centre_y = top + radius,
                        .centre_x = left + radius,
                        .radius = radius,
                        .amount = parameter_at(level, 0.4) + 0.1,
                        .angle = *angle++};
      // A pixel at the edge of a cell reads its neighbours, of which those above and to the left are done.
      auto out = twirled.begin();
      for (int y = top; y < top + cell; ++y) {
        for (int x = left; x < left + cell; ++x) {
          const auto [from_y, from_x] = twirl.source_of(y, x);
          for (const double value : sample(now, from_y, from_x).values) *out++ = static_cast<float>(value);
        }
      }
      const auto line = 3 * static_cast<std::ptrdiff_t>(cell);
      for (int y = 0; y < cell; ++y)
        std::copy_n(twirled.begin() + y * line, line,
                    now.values.begin() + 3 * ((top + y) * static_cast<std::ptrdiff_t>(image.width) + left));
    }
  }
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < now.values.size(); ++i)
    result.pixels[i] = to_level(static_cast<double>(now.values[i]));
  return result;
}

}  // namespace vitrobust::corruptions
