#include <vector>

#include "corruptions/functions.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Standard deviation in units of the pixel itself. hendrycks/robustness @8190fe3: make_imagenet_c.py,
/// make_cifar_c.py, make_tinyimagenet_c.py, make_imagenet_c_inception.py, `speckle_noise`.
constexpr SeverityTable<double> kSigma{.imagenet = {.15, .2, .35, .45, .6},
                                       .cifar = {.06, .1, .12, .16, .2},
                                       .tiny = {.15, .2, .25, .3, .35},
                                       .inception299 = {.16, .21, .36, .46, .61}};

}  // namespace

data::Image speckle_noise(const data::Image& image, const CorruptionContext& context) {
  const double sigma = parameters_for(kSigma, context);
  data::Image result(image.height, image.width);
  std::vector<double> noise(static_cast<std::size_t>(image.width) * 3);
  for (std::size_t start = 0; start < image.pixels.size(); start += noise.size()) {
    context.random.fill_normal(noise);
    for (std::size_t i = 0; i < noise.size(); ++i) {
      const double unit = kUnit[image.pixels[start + i]];
      result.pixels[start + i] = to_byte(unit + unit * (sigma * noise[i]));
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
