#include "corruptions/functions.h"
#include "corruptions/normal_noise.h"
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
  const auto noisy = [](double x, double scale, double z) { return x + x * (scale * z); };
  return add_normal_noise(image, {.proportional = sigma}, noisy, context.random);
}

}  // namespace vitrobust::corruptions
