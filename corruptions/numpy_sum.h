#pragma once

#include <array>
#include <cstddef>
#include <numeric>
#include <span>

namespace vitrobust::corruptions {

/// The sum in numpy's order: eight running sums for up to 128 terms, halves above.
inline double numpy_sum(std::span<const double> terms) {
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

}  // namespace vitrobust::corruptions
