#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/cbar_spline.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kLevels{.imagenet = {}, .cifar = {{1, 2, 5, 9, 10}}};

/// Where the n samples of the middle of an axis come from that is enlarged and cropped again.
std::vector<std::optional<SplineTaps>> enlarged_axis(int n, double scale) {
  const int enlarged = static_cast<int>(std::rint(n * scale));
  const double step = enlarged > 1 ? static_cast<double>(n - 1) / (enlarged - 1) : 1;
  std::vector<std::optional<SplineTaps>> taps;
  taps.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) taps.push_back(spline_taps((i + (enlarged - n) / 2) * step, n));
  return taps;
}

}  // namespace

/// The reference takes the pixels for the knots of a spline, which blurs even the channel that keeps its
/// size.
data::Image transverse_chromatic_abberation(const data::Image& image, const CorruptionContext& context) {
  const double scale = parameter_at(level_for(kLevels, context), 0.5);
  std::array<double, 3> scales = {1, 1 + scale / 2, 1 + scale};
  for (std::size_t i = 2; i > 0; --i)
    std::swap(scales[i], scales[context.random.integer(static_cast<std::uint32_t>(i + 1))]);
  data::Image result(image.height, image.width);
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto rows = enlarged_axis(image.height, scales[c]);
    const auto columns = enlarged_axis(image.width, scales[c]);
    std::size_t i = c;
    for (const auto& row : rows) {
      for (const auto& column : columns) {
        // scipy rounds when it writes bytes.
        if (row && column)
          result.pixels[i] = to_level(spline_value(image.pixels.data() + c, width, 3, *row, *column) + 0.5);
        i += 3;
      }
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
