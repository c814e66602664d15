#include <array>

#include "corruptions/functions.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// What is left of the distance from the mean. hendrycks/robustness @8190fe3: make_imagenet_c.py
/// (make_imagenet_c_inception.py and make_tinyimagenet_c.py agree with it), make_cifar_c.py, `contrast`.
constexpr SeverityTable<double> kFactor{.imagenet = {.4, .3, .2, .1, .05},
                                        .cifar = {.75, .5, .4, .3, .15},
                                        .tiny = {.4, .3, .2, .1, .05},
                                        .inception299 = {.4, .3, .2, .1, .05}};

}  // namespace

data::Image contrast(const data::Image& image, const CorruptionContext& context) {
  const double factor = parameters_for(kFactor, context);
  // Pixel after pixel, as numpy adds over the outer axes of an array: another order rounds otherwise.
  std::array<double, 3> sums{};
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) sums[c] += kUnit[image.pixels[i + c]];

  // The rest depends on the level alone.
  std::array<std::array<std::uint8_t, 256>, 3> level_of;
  for (std::size_t c = 0; c < 3; ++c) {
    const double mean = sums[c] / static_cast<double>(image.pixels.size() / 3);
    for (std::size_t i = 0; i < 256; ++i) level_of[c][i] = to_byte((kUnit[i] - mean) * factor + mean);
  }
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) result.pixels[i + c] = level_of[c][image.pixels[i + c]];
  return result;
}

}  // namespace vitrobust::corruptions
