// The vectorised change in HSV against scikit-image's formulas, written down one colour at a time.
#include "corruptions/hsv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "corruptions/pixels.h"

namespace vitrobust::corruptions {
namespace {

struct Colour {
  double r, g, b;
};

Colour change_one(const Colour& in, const HsvChange& change) {
  double v = std::max({in.r, in.g, in.b});
  const double delta = v - std::min({in.r, in.g, in.b});
  double h = 0;
  double s = 0;
  if (delta != 0) {
    s = delta / v;
    // On a tie the later channel decides.
    if (in.b == v)
      h = 4 + (in.r - in.g) / delta;
    else if (in.g == v)
      h = 2 + (in.b - in.r) / delta;
    else
      h = (in.g - in.b) / delta;
    h /= 6;
    if (h < 0) h += 1;
  }
  s = std::clamp(s * change.saturation_gain + change.saturation_offset, 0.0, 1.0);
  v = std::clamp(v + change.value_offset, 0.0, 1.0);
  const double sector = std::floor(h * 6);
  const double f = h * 6 - sector;
  const double p = v * (1 - s);
  const double q = v * (1 - f * s);
  const double t = v * (1 - (1 - f) * s);
  switch (static_cast<int>(sector) % 6) {
    case 0:
      return {v, t, p};
    case 1:
      return {q, v, p};
    case 2:
      return {p, v, t};
    case 3:
      return {p, q, v};
    case 4:
      return {t, p, v};
    default:
      return {v, p, q};
  }
}

/// Every combination of every third level, 0 and 255 among them: grey, ties and all six sectors.
data::Image many_colours() {
  data::Image image(86 * 86, 86);
  auto pixel = image.pixels.begin();
  for (int r = 0; r < 256; r += 3) {
    for (int g = 0; g < 256; g += 3) {
      for (int b = 0; b < 256; b += 3)
        for (const int value : {r, g, b}) *pixel++ = static_cast<std::uint8_t>(value);
    }
  }
  return image;
}

TEST(ChangeHsv, EqualsTheScalarFormulasInEveryPixel) {
  const data::Image image = many_colours();
  for (const HsvChange& change : {HsvChange{}, HsvChange{.value_offset = .1}, HsvChange{.value_offset = .5},
                                  HsvChange{.saturation_gain = .1}, HsvChange{.saturation_gain = 2},
                                  HsvChange{.saturation_gain = 20, .saturation_offset = .2}}) {
    const data::Image result = change_hsv(image, change);
    std::size_t different = 0;
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
      const Colour expected = change_one(
          {kUnit[image.pixels[i]], kUnit[image.pixels[i + 1]], kUnit[image.pixels[i + 2]]}, change);
      different += result.pixels[i] != to_byte(expected.r);
      different += result.pixels[i + 1] != to_byte(expected.g);
      different += result.pixels[i + 2] != to_byte(expected.b);
    }
    EXPECT_EQ(different, 0U) << change.saturation_gain << " " << change.value_offset;
  }
}

TEST(ChangeHsv, KeepsGreysGrey) {
  data::Image greys(1, 256);
  for (std::size_t i = 0; i < greys.pixels.size(); ++i) greys.pixels[i] = static_cast<std::uint8_t>(i / 3);
  EXPECT_EQ(change_hsv(greys, {.saturation_gain = 2}), greys);
}

}  // namespace
}  // namespace vitrobust::corruptions
