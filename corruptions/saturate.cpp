#include "corruptions/functions.h"
#include "corruptions/hsv.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Change {
  double gain;
  double offset;
};

/// Of the S channel. hendrycks/robustness @8190fe3: make_imagenet_c.py (make_imagenet_c_inception.py agrees
/// with it), make_cifar_c.py, make_tinyimagenet_c.py, `saturate`. Severities 1 and 2 take colour away.
constexpr SeverityTable<Change> kChange{.imagenet = {{{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {20, .2}}},
                                        .cifar = {{{.3, 0}, {.1, 0}, {1.5, 0}, {2, .1}, {2.5, .2}}},
                                        .tiny = {{{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {30, .2}}},
                                        .inception299 = {{{.3, 0}, {.1, 0}, {2, 0}, {5, .1}, {20, .2}}}};

}  // namespace

data::Image saturate(const data::Image& image, const CorruptionContext& context) {
  const Change& change = parameters_for(kChange, context);
  return change_hsv(image, {.saturation_gain = change.gain, .saturation_offset = change.offset});
}

}  // namespace vitrobust::corruptions
