#include "corruptions/pil_affine.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace vitrobust::corruptions {
namespace {

/// From an output's place to the input's: x = a·x' + b·y' + c.
struct Row {
  double a, b, c;
};

/// The two samples beside a place, and how far it is from the first.
struct Between {
  std::size_t before, after;
  double fraction;
};

Between between(double at, int size) {
  const double shifted = at - 0.5;
  const double below = std::floor(shifted);
  const auto sample = static_cast<int>(below);
  return {.before = static_cast<std::size_t>(std::clamp(sample, 0, size - 1)),
          .after = static_cast<std::size_t>(std::clamp(sample + 1, 0, size - 1)),
          .fraction = shifted - below};
}

}  // namespace

data::Image transform_affine(const data::Image& image, const PilAffine& map) {
  const double angle = map.degrees * (std::numbers::pi / 180);
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double per_unit = 1.0 / map.scale / (cosine * cosine + sine * sine);
  const double centre_x = image.width * 0.5 + 0.5;
  const double centre_y = image.height * 0.5 + 0.5;
  Row to_x{.a = per_unit * cosine, .b = per_unit * sine, .c = 0};
  Row to_y{.a = per_unit * -sine, .b = per_unit * cosine, .c = 0};
  to_x.c = to_x.a * -centre_x + to_x.b * -centre_y + centre_x;
  to_y.c = to_y.a * -centre_x + to_y.b * -centre_y + centre_y;

  data::Image result(image.height, image.width);
  const auto width = static_cast<std::size_t>(image.width);
  std::uint8_t* out = result.pixels.data();
  for (int row = 0; row < image.height; ++row) {
    for (int column = 0; column < image.width; ++column, out += 3) {
      const double x = to_x.a * (column + 0.5) + to_x.b * (row + 0.5) + to_x.c;
      const double y = to_y.a * (column + 0.5) + to_y.b * (row + 0.5) + to_y.c;
      if (!(x >= 0 && x < image.width && y >= 0 && y < image.height)) continue;
      const Between along = between(x, image.width);
      const Between down = between(y, image.height);
      const std::uint8_t* const upper = image.pixels.data() + down.before * width * 3;
      const std::uint8_t* const lower = image.pixels.data() + down.after * width * 3;
      for (std::size_t c = 0; c < 3; ++c) {
        const auto mix = [&](const std::uint8_t* line) {
          const int before = line[3 * along.before + c];
          return before + (line[3 * along.after + c] - before) * along.fraction;
        };
        const double above = mix(upper);
        out[c] = static_cast<std::uint8_t>(above + (mix(lower) - above) * down.fraction);
      }
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
