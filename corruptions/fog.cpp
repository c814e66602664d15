#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/pixels.h"
#include "corruptions/plasma.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Fog {
  double strength;
  double decay;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `fog`.
constexpr SeverityTable<Fog> kFog{.imagenet = {{{1.5, 2}, {2, 2}, {2.5, 1.7}, {2.5, 1.5}, {3, 1.4}}},
                                  .cifar = {{{.2, 3}, {.5, 3}, {.75, 2.5}, {1, 2}, {1.5, 1.75}}},
                                  .tiny = {{{.4, 3}, {.7, 3}, {1, 2.5}, {1.5, 2}, {2, 1.75}}},
                                  .inception299 = {{{1.5, 2}, {2, 2}, {2.5, 1.8}, {2.5, 1.6}, {3, 1.5}}}};

/// Side of the map that hendrycks cuts each set's images from.
int map_size(ParameterSet set) {
  switch (set) {
    case ParameterSet::cifar:
      return 32;
    case ParameterSet::tiny:
      return 64;
    case ParameterSet::inception299:
      return 512;
    case ParameterSet::imagenet:
      break;
  }
  return 256;
}

/// hendrycks cannot fog an image above its map: it gets the next larger map here. imagecorruptions takes the
/// smallest map that covers the image, where the three channels count as a side.
int map_size(const data::Image& image, const CorruptionContext& context) {
  const int side = std::max(image.height, image.width);
  const int least = context.flavour == Flavour::hendrycks ? map_size(context.set) : 4;
  return std::max(least, static_cast<int>(std::bit_ceil(static_cast<unsigned>(side))));
}

/// The image where the fog has height h in [0, 1]: (x + strength h) brightest / (brightest + strength).
struct Blend {
  double strength;
  double brightest;
  double lowest;
  double range;

  [[nodiscard]] std::uint8_t operator()(std::uint8_t pixel, double height) const {
    const double foggy = kUnit[pixel] + strength * ((height - lowest) / range);
    return to_byte(foggy * brightest / (brightest + strength));
  }
};

/// The same with one division for the whole row, for the heights of each value of a pixel. False if a value
/// came so near to an integer that rounding may decide which one it is truncated to.
VITROBUST_VECTORIZE
bool blend_row(const std::uint8_t* __restrict pixels, const double* __restrict heights, std::size_t values,
               const Blend& blend, std::uint8_t* __restrict out) {
  // All values are below 255 and a few roundings off by less than 1e-12.
  constexpr double kMargin = 1e-9;
  const double fade = blend.brightest / (blend.brightest + blend.strength);
  const double density = 255 * fade * blend.strength / blend.range;
  const double lowest = blend.lowest;
  int near = 0;
  for (std::size_t i = 0; i < values; ++i) {
    const double value = pixels[i] * fade + (heights[i] - lowest) * density + kMargin;
    const int level = static_cast<int>(value);
    near |= value - level < 2 * kMargin ? 1 : 0;
    out[i] = static_cast<std::uint8_t>(level);
  }
  return near == 0;
}

}  // namespace

data::Image fog(const data::Image& image, const CorruptionContext& context) {
  const Fog& parameters = parameters_for(kFog, context);
  const Plasma plasma(map_size(image, context), parameters.decay, context.random);
  const Blend blend{.strength = parameters.strength,
                    .brightest = kUnit[*std::max_element(image.pixels.begin(), image.pixels.end())],
                    .lowest = plasma.lowest(),
                    .range = plasma.highest() - plasma.lowest()};
  data::Image result(image.height, image.width);
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<double> heights(width);
  std::vector<double> of_values(3 * width);
  for (int y = 0; y < image.height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * of_values.size();
    plasma.row(y, heights);
    for (std::size_t x = 0; x < width; ++x)
      of_values[3 * x] = of_values[3 * x + 1] = of_values[3 * x + 2] = heights[x];
    if (blend_row(image.pixels.data() + start, of_values.data(), of_values.size(), blend,
                  result.pixels.data() + start))
      continue;
    for (std::size_t i = 0; i < of_values.size(); ++i)
      result.pixels[start + i] = blend(image.pixels[start + i], of_values[i]);
  }
  return result;
}

}  // namespace vitrobust::corruptions
