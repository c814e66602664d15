#include <algorithm>

#include "corruptions/functions.h"
#include "corruptions/hsv.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// What is added to V. hendrycks/robustness @8190fe3: make_imagenet_c.py (make_imagenet_c_inception.py and
/// make_tinyimagenet_c.py agree with it), make_cifar_c.py, `brightness`.
constexpr SeverityTable<double> kOffset{.imagenet = {.1, .2, .3, .4, .5},
                                        .cifar = {.05, .1, .15, .2, .3},
                                        .tiny = {.1, .2, .3, .4, .5},
                                        .inception299 = {.1, .2, .3, .4, .5}};

}  // namespace

data::Image brightness(const data::Image& image, const CorruptionContext& context) {
  const double offset = parameters_for(kOffset, context);
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    Hsv hsv = to_hsv({kUnit[image.pixels[i]], kUnit[image.pixels[i + 1]], kUnit[image.pixels[i + 2]]});
    hsv.v = std::clamp(hsv.v + offset, 0.0, 1.0);
    const Rgb rgb = to_rgb(hsv);
    result.pixels[i] = to_byte(rgb.r);
    result.pixels[i + 1] = to_byte(rgb.g);
    result.pixels[i + 2] = to_byte(rgb.b);
  }
  return result;
}

}  // namespace vitrobust::corruptions
