#include "attacks/square_windows.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace vitrobust::attacks {
namespace {

/// One bump of length 1 over height × width pixels.
at::Tensor bump(std::int64_t height, std::int64_t width) {
  const std::int64_t reach = std::max(height, width) / 2;
  std::vector<double> at_distance(static_cast<std::size_t>(reach) + 2, 0.0);
  for (std::int64_t m = reach; m >= 0; --m) {
    const auto k = static_cast<std::size_t>(m);
    at_distance[k] = at_distance[k + 1] + 1 / std::pow(static_cast<double>(m + 1), 2);
  }
  const at::Tensor result = at::empty({height, width}, at::kDouble);
  auto* out = result.mutable_data_ptr<double>();
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column) {
      const std::int64_t distance = std::max(std::abs(row - height / 2), std::abs(column - width / 2));
      *out++ = at_distance[static_cast<std::size_t>(distance)];
    }
  }
  return result / result.norm();
}

}  // namespace

double square_share(std::int64_t query, double p) {
  static constexpr std::array<std::int64_t, 9> halvings = {10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000};
  return p * std::exp2(-static_cast<double>(std::lower_bound(halvings.begin(), halvings.end(), query) -
                                            halvings.begin()));
}

std::int64_t square_side(double share, std::int64_t height, std::int64_t width) {
  const double side = std::sqrt(share * static_cast<double>(height * width));
  return std::max<std::int64_t>(1, std::llrint(side));
}

at::Tensor square_bumps(std::int64_t side) {
  const std::int64_t half = side / 2;
  const at::Tensor lower = -bump(side - half, side);
  const at::Tensor both = half == 0 ? lower : at::cat({bump(half, side), lower});
  return both / both.norm();
}

}  // namespace vitrobust::attacks
