#include "corruptions/functions.h"
#include "corruptions/normal_noise.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Standard deviation in units of the full range. hendrycks/robustness @8190fe3: make_imagenet_c.py,
/// make_cifar_c.py, make_tinyimagenet_c.py, make_imagenet_c_inception.py, `gaussian_noise`.
constexpr SeverityTable<double> kSigma{.imagenet = {.08, .12, .18, .26, .38},
                                       .cifar = {.04, .06, .08, .09, .10},
                                       .tiny = {.04, .08, .12, .15, .18},
                                       .inception299 = {.09, .13, .19, .27, .40}};

}  // namespace

data::Image gaussian_noise(const data::Image& image, const CorruptionContext& context) {
  const double sigma = parameters_for(kSigma, context);
  const auto noisy = [](double x, double scale, double z) { return x + scale * z; };
  return add_normal_noise(image, {.constant = sigma}, noisy, context.random);
}

}  // namespace vitrobust::corruptions
