#include "corruptions/gaussian_kernel.h"

#include <array>
#include <cmath>
#include <numeric>
#include <span>

namespace vitrobust::corruptions {
namespace {

/// The sum in numpy's order: eight running sums for up to 128 terms, halves above.
double numpy_sum(std::span<const double> terms) {
  const std::size_t n = terms.size();
  if (n > 128) {
    const std::size_t half = n / 2 - n / 2 % 8;
    return numpy_sum(terms.first(half)) + numpy_sum(terms.subspan(half));
  }
  if (n < 8) return std::accumulate(terms.begin(), terms.end(), 0.0);
  std::array<double, 8> sums{};
  const std::size_t whole = n - n % 8;
  for (std::size_t i = 0; i < whole; ++i) sums[i % 8] += terms[i];
  const double left = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  const double right = (sums[4] + sums[5]) + (sums[6] + sums[7]);
  return std::accumulate(terms.begin() + static_cast<std::ptrdiff_t>(whole), terms.end(), left + right);
}

}  // namespace

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
