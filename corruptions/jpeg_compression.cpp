#include "corruptions/functions.h"
#include "corruptions/jpeg.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Quality. hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `jpeg_compression`.
constexpr SeverityTable<int> kQuality{.imagenet = {25, 18, 15, 10, 7},
                                      .cifar = {80, 65, 58, 50, 40},
                                      .tiny = {65, 58, 50, 40, 25},
                                      .inception299 = {23, 16, 13, 8, 5}};

}  // namespace

data::Image jpeg_compression(const data::Image& image, const CorruptionContext& context) {
  return jpeg_round_trip(image, parameters_for(kQuality, context));
}

}  // namespace vitrobust::corruptions
