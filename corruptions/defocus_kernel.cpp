#include "corruptions/defocus_kernel.h"

#include <cmath>

namespace vitrobust::corruptions {
namespace {

/// Smooths along one axis of the square with `taps`[k] at distance k, from the centre outwards or, if
/// `centre_last`, inwards. Multiply-adds are fused, as in OpenCV on the processors of our day.
void smooth(DefocusKernel& kernel, std::ptrdiff_t step, const std::vector<float>& taps, bool centre_last) {
  const std::vector<float> source = kernel.weights;
  const std::ptrdiff_t side = kernel.side();
  for (std::ptrdiff_t i = 0; i < side * side; ++i) {
    const std::ptrdiff_t along = i / step % side;
    const auto at = [&](std::ptrdiff_t offset) {
      const auto there = static_cast<std::ptrdiff_t>(reflect(along + offset, side));
      return source[static_cast<std::size_t>(i + (there - along) * step)];
    };
    float sum = 0;
    if (centre_last) {
      sum = std::fma(at(0), taps[0], (at(-1) + at(1)) * taps[1]);
    } else {
      sum = at(0) * taps[0];
      for (std::size_t k = 1; k < taps.size(); ++k) {
        const auto offset = static_cast<std::ptrdiff_t>(k);
        sum = std::fma(at(-offset) + at(offset), taps[k], sum);
      }
    }
    kernel.weights[static_cast<std::size_t>(i)] = sum;
  }
}

}  // namespace

std::size_t reflect(std::ptrdiff_t at, std::ptrdiff_t size) {
  if (size == 1) return 0;
  while (at < 0 || at >= size) at = at < 0 ? -at : 2 * size - 2 - at;
  return static_cast<std::size_t>(at);
}

DefocusKernel defocus_kernel(const Defocus& defocus) {
  const bool small = defocus.radius <= 8;
  DefocusKernel kernel{.reach = small ? 8 : static_cast<std::ptrdiff_t>(defocus.radius), .weights = {}};
  float count = 0;
  for (std::ptrdiff_t y = -kernel.reach; y <= kernel.reach; ++y) {
    for (std::ptrdiff_t x = -kernel.reach; x <= kernel.reach; ++x) {
      const bool inside = static_cast<double>(x * x + y * y) <= defocus.radius * defocus.radius;
      kernel.weights.push_back(inside ? 1 : 0);
      count += inside ? 1 : 0;
    }
  }
  for (float& weight : kernel.weights) weight /= count;

  std::vector<double> gaussian;
  double sum = 0;
  for (int k = 0; k <= (small ? 1 : 2); ++k) {
    gaussian.push_back(std::exp(-k * k / (2 * defocus.smoothing * defocus.smoothing)));
    sum += k == 0 ? gaussian.back() : 2 * gaussian.back();
  }
  std::vector<float> taps;
  for (const double value : gaussian) taps.push_back(static_cast<float>(value / sum));
  smooth(kernel, 1, taps, small);
  smooth(kernel, kernel.side(), taps, false);
  return kernel;
}

}  // namespace vitrobust::corruptions
