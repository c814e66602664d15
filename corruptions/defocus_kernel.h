#pragma once

#include <cstddef>
#include <vector>

namespace vitrobust::corruptions {

struct Defocus {
  double radius;
  /// Standard deviation of the Gaussian that smooths the disk's edge.
  double smoothing;
};

/// A square of weights, (2·reach + 1)².
struct DefocusKernel {
  std::ptrdiff_t reach;
  std::vector<float> weights;
  [[nodiscard]] std::ptrdiff_t side() const { return 2 * reach + 1; }
};

/// The reference's disk with a smoothed edge. It is not normalised again: where the disk touches the border
/// of its square, the sum of the weights is 1.01.
DefocusKernel defocus_kernel(const Defocus& defocus);

/// Where an index outside 0 … size - 1 is reflected to; the border pixel is not repeated.
std::size_t reflect(std::ptrdiff_t at, std::ptrdiff_t size);

}  // namespace vitrobust::corruptions
