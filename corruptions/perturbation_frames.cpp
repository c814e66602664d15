#include "corruptions/perturbation_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace vitrobust::corruptions {

void check_perturbation(const PerturbationContext& context) {
  if (context.difficulty < 1 || context.difficulty > 3)
    throw InternalError(fmt::format("a perturbation of difficulty {}", context.difficulty));
  if (context.crop < 0) throw InternalError(fmt::format("a perturbation cropped to {}", context.crop));
}

data::Image centre_crop(const data::Image& image, int side) {
  const int height = side == 0 ? image.height : std::min(side, image.height);
  const int width = side == 0 ? image.width : std::min(side, image.width);
  if (height == image.height && width == image.width) return image;
  // Half to even, like Python's round().
  const auto top = static_cast<std::size_t>(std::nearbyint((image.height - height) / 2.0));
  const auto left = static_cast<std::size_t>(std::nearbyint((image.width - width) / 2.0));
  data::Image result(height, width);
  const std::size_t line = static_cast<std::size_t>(width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    const std::size_t start = ((top + y) * static_cast<std::size_t>(image.width) + left) * 3;
    std::copy_n(image.pixels.data() + start, line, result.pixels.data() + y * line);
  }
  return result;
}

}  // namespace vitrobust::corruptions
