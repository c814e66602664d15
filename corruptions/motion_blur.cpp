#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/motion.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Motion {
  int radius;
  double sigma;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `motion_blur`.
constexpr SeverityTable<Motion> kMotion{.imagenet = {{{10, 3}, {15, 5}, {15, 8}, {15, 12}, {20, 15}}},
                                        .cifar = {{{6, 1}, {6, 1.5}, {6, 2}, {8, 2}, {9, 2.5}}},
                                        .tiny = {{{10, 1}, {10, 1.5}, {10, 2}, {10, 2.5}, {12, 3}}},
                                        .inception299 = {{{12, 4}, {17, 6}, {17, 9}, {17, 13}, {22, 16}}}};

VITROBUST_VECTORIZE
void scale(const std::uint8_t* bytes, std::size_t size, double by, double* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = by * bytes[i];
}

VITROBUST_VECTORIZE
void truncate(const double* levels, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<int>(levels[i] > 255.0 ? 255.0 : levels[i]));
}

}  // namespace

data::Image blur_along(const data::Image& image, Flavour flavour, int radius, double sigma, double degrees) {
  const bool imagemagick = flavour == Flavour::hendrycks;
  data::Image result(image.height, image.width);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  motion_filter(
      image.height, image.width, 3, motion_taps(flavour, radius, sigma, degrees, image.height, image.width),
      [&](std::size_t y, double* row) {
        scale(image.pixels.data() + y * line, line, imagemagick ? kImageMagickScale : 1.0, row);
      },
      [&](std::size_t y, const double* row) {
        std::uint8_t* const out = result.pixels.data() + y * line;
        imagemagick ? to_imagemagick_bytes(row, line, out) : truncate(row, line, out);
      });
  return result;
}

data::Image motion_blur(const data::Image& image, const CorruptionContext& context) {
  const Motion& motion = parameters_for(kMotion, context);
  const double degrees = context.random.uniform(-45, 45);
  return blur_along(image, context.flavour, motion.radius, motion.sigma, degrees);
}

}  // namespace vitrobust::corruptions
