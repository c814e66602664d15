#include "corruptions/cbar_sampling.h"

namespace vitrobust::corruptions {
namespace {

std::size_t index_of(int row, int column, int width, std::size_t channel) {
  return 3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
              static_cast<std::size_t>(column)) +
         channel;
}

/// One row's share of a sample: float32 while both of its pixels are in the image.
double row_of(const FloatImage& image, const BilinearPosition& at, int row, double weight, std::size_t c) {
  const auto pixel = [&](int column) { return image.values[index_of(row, column, image.width, c)]; };
  const auto before = static_cast<float>(at.before);
  const auto after = static_cast<float>(at.after);
  if (at.has_left && at.has_right) {
    const float sum = pixel(at.left) * before + pixel(at.left + 1) * after;
    return static_cast<double>(sum * static_cast<float>(weight));
  }
  if (at.has_left) return static_cast<double>(pixel(at.left) * before) * weight;
  if (at.has_right) return static_cast<double>(pixel(at.left + 1) * after) * weight;
  return 0;
}

}  // namespace

std::array<double, 3> sample(const data::Image& image, double y, double x) {
  const BilinearPosition at(y, x, image.height, image.width);
  const auto row = [&](int r, bool exists, std::size_t c) -> double {
    if (!exists) return 0;
    const double left = at.has_left ? image.pixels[index_of(r, at.left, image.width, c)] : 0;
    const double right = at.has_right ? image.pixels[index_of(r, at.left + 1, image.width, c)] : 0;
    return left * at.before + right * at.after;
  };
  std::array<double, 3> result{};
  for (std::size_t c = 0; c < 3; ++c)
    result[c] = row(at.top, at.has_top, c) * at.above + row(at.top + 1, at.has_bottom, c) * at.below;
  return result;
}

FloatSample sample(const FloatImage& image, double y, double x) {
  const BilinearPosition at(y, x, image.height, image.width);
  FloatSample result{.values = {}, .is_double = !at.is_inside()};
  for (std::size_t c = 0; c < 3; ++c) {
    const double top = at.has_top ? row_of(image, at, at.top, at.above, c) : 0;
    const double bottom = at.has_bottom ? row_of(image, at, at.top + 1, at.below, c) : 0;
    const double sum = top + bottom;
    // The sum of two float32 values in float64, rounded once more, is their float32 sum.
    result.values[c] = result.is_double ? sum : static_cast<double>(static_cast<float>(sum));
  }
  return result;
}

}  // namespace vitrobust::corruptions
