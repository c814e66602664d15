#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/cbar_spline.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {}, .cifar = {{2.8, 3.6, 4.4, 5.2, 6}}};

constexpr int kTurns = 21;

/// Adds weight · the image turned by that angle about its middle. The knots are those of the image's spline.
void add_turned(const std::vector<double>& knots, int height, int width, double degrees, float weight,
                std::vector<float>& sum) {
  const double radians = degrees * std::numbers::pi / 180;
  const double cosine = std::cos(radians);
  const double sine = std::sin(radians);
  const double middle_y = (height - 1) / 2.0;
  const double middle_x = (width - 1) / 2.0;
  const double start_y = middle_y - (cosine * middle_y + sine * middle_x);
  const double start_x = middle_x - (-sine * middle_y + cosine * middle_x);
  std::size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, i += 3) {
      const auto rows = spline_taps(y * cosine + x * sine + start_y, height);
      const auto columns = spline_taps(y * -sine + x * cosine + start_x, width);
      if (!rows || !columns) continue;
      for (std::size_t c = 0; c < 3; ++c)
        sum[i + c] += weight * static_cast<float>(spline_value(
                                   knots.data() + c, static_cast<std::size_t>(width), 3, *rows, *columns));
    }
  }
}

}  // namespace

data::Image circular_motion_blur(const data::Image& image, const CorruptionContext& context) {
  const double degrees = parameter_at(level_for(kLevels, context), 15);
  std::vector<double> knots(image.pixels.size());
  std::transform(image.pixels.begin(), image.pixels.end(), knots.begin(),
                 [](std::uint8_t value) { return static_cast<double>(static_cast<float>(value) / 255.0F); });
  prefilter_spline(knots, image.height, image.width, 3);
  std::vector<float> sum(image.pixels.size());
  double weights = 0;
  for (int i = 0; i < kTurns; ++i) {
    const double from_middle = 2.0 * i / (kTurns - 1) - 1;
    const double weight = std::exp(-2 * (from_middle * from_middle));
    add_turned(knots, image.height, image.width, from_middle * degrees, static_cast<float>(weight), sum);
    weights += weight;
  }
  data::Image result(image.height, image.width);
  for (std::size_t i = 0; i < sum.size(); ++i)
    result.pixels[i] = to_level(static_cast<double>(sum[i] / static_cast<float>(weights) * 255.0F));
  return result;
}

}  // namespace vitrobust::corruptions
