#include <array>
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

/// Knots of the spline through each channel, and a fourth one of zeros, with which a pixel fills whole
/// vectors.
constexpr std::size_t kChannels = 4;

/// spline_value() of all channels.
std::array<double, kChannels> values_at(const std::vector<double>& knots, std::size_t columns,
                                        const SplineTaps& y, const SplineTaps& x) {
  std::array<double, kChannels> sums{};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const double* const pixel = knots.data() + kChannels * (y.indices[i] * columns + x.indices[j]);
      for (std::size_t c = 0; c < kChannels; ++c) sums[c] += pixel[c] * y.weights[i] * x.weights[j];
    }
  }
  return sums;
}

/// Adds weight · the image turned by that angle about its middle.
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
      const auto values = values_at(knots, static_cast<std::size_t>(width), *rows, *columns);
      for (std::size_t c = 0; c < 3; ++c) sum[i + c] += weight * static_cast<float>(values[c]);
    }
  }
}

}  // namespace

data::Image circular_motion_blur(const data::Image& image, const CorruptionContext& context) {
  const double degrees = parameter_at(level_for(kLevels, context), 15);
  std::vector<double> knots(image.pixels.size() / 3 * kChannels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    knots[i / 3 * kChannels + i % 3] = static_cast<double>(static_cast<float>(image.pixels[i]) / 255.0F);
  prefilter_spline(knots, image.height, image.width, static_cast<int>(kChannels));
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
