#include <vector>

#include "corruptions/functions.h"
#include "corruptions/gaussian_filter.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Standard deviation in pixels. hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py,
/// make_tinyimagenet_c.py, make_imagenet_c_inception.py, `gaussian_blur`.
constexpr SeverityTable<double> kSigma{.imagenet = {1, 2, 3, 4, 6},
                                       .cifar = {.4, .6, .7, .8, 1},
                                       .tiny = {.5, .75, 1, 1.25, 1.5},
                                       .inception299 = {1.5, 2.5, 3.5, 4.5, 6.5}};

}  // namespace

data::Image gaussian_blur(const data::Image& image, const CorruptionContext& context) {
  std::vector<double> field(image.pixels.size());
  for (std::size_t i = 0; i < field.size(); ++i) field[i] = kUnit[image.pixels[i]];
  gaussian_filter(field, image.height, image.width, 3, parameters_for(kSigma, context));
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < field.size(); ++i) result.pixels[i] = to_byte(field[i]);
  return result;
}

}  // namespace vitrobust::corruptions
