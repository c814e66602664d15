#include <vector>

#include "corruptions/functions.h"
#include "corruptions/pixels.h"
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
  data::Image result(image.height, image.width);
  // A row at a time: the same draws as for the whole image, and the buffer stays in the cache.
  std::vector<double> noise(static_cast<std::size_t>(image.width) * 3);
  for (std::size_t start = 0; start < image.pixels.size(); start += noise.size()) {
    context.random.fill_normal(noise);
    for (std::size_t i = 0; i < noise.size(); ++i)
      result.pixels[start + i] = to_byte(kUnit[image.pixels[start + i]] + sigma * noise[i]);
  }
  return result;
}

}  // namespace vitrobust::corruptions
