#include "corruptions/functions.h"
#include "corruptions/hsv.h"
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
  return change_hsv(image, {.value_offset = parameters_for(kOffset, context)});
}

}  // namespace vitrobust::corruptions
