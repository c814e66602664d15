#include "corruptions/gaussian_kernel.h"

#include <cmath>

#include "corruptions/numpy_sum.h"

namespace vitrobust::corruptions {
std::vector<double> half_kernel(double sigma, double truncate) {
  const auto radius = static_cast<std::size_t>(truncate * sigma + 0.5);
  std::vector<double> kernel(2 * radius + 1);
  for (std::size_t k = 0; k <= radius; ++k) {
    // The factor of a sigma of 0 would be infinite, its only exponent no number.
    const double exponent = k == 0 ? 0 : -0.5 / (sigma * sigma) * static_cast<double>(k * k);
    kernel[radius + k] = kernel[radius - k] =
        static_cast<double>(std::exp(static_cast<long double>(exponent)));
  }
  const double sum = numpy_sum(kernel);
  std::vector<double> weights(kernel.begin() + static_cast<std::ptrdiff_t>(radius), kernel.end());
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace vitrobust::corruptions
