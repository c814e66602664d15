#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {

/// One step along the line of motion.
struct MotionTap {
  int dy;
  int dx;
  double weight;
};

/// Where a motion blur looks and with which weights: half a Gaussian of standard deviation `sigma`, 2·radius
/// + 1 steps in the direction of `degrees`. hendrycks' are those of ImageMagick 6's MotionBlurImage;
/// imagecorruptions' end where a step leaves an image of `height` x `width` altogether.
std::vector<MotionTap> motion_taps(Flavour flavour, int radius, double sigma, double degrees, int height,
                                   int width);

/// Filters a field row by row, the border pixel repeated outside, the taps added in order in float64:
/// `load(y, row)` fills a row of the source, each once; `store(y, row)` gets the rows of the result.
void motion_filter(int rows, int columns, int channels, const std::vector<MotionTap>& taps,
                   const std::function<void(std::size_t, double*)>& load,
                   const std::function<void(std::size_t, const double*)>& store);

/// The image under the blur of motion_taps(), in 8 bits as that flavour makes them.
data::Image blur_along(const data::Image& image, Flavour flavour, int radius, double sigma, double degrees);

/// A byte in ImageMagick's 16 bits is 257 times itself. Its sums are rounded to 16 bits and, when the picture
/// is written, cut to the byte below.
inline constexpr double kImageMagickScale = 257;
void to_imagemagick_bytes(const double* sums, std::size_t size, std::uint8_t* out);

}  // namespace vitrobust::corruptions
