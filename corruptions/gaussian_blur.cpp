#include "corruptions/functions.h"
#include "corruptions/gaussian_filter.h"
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
  return gaussian_blurred(image, parameters_for(kSigma, context));
}

}  // namespace vitrobust::corruptions
