#include "attacks/fab_projection.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.h"
#include "core/vectorize.h"

namespace vitrobust::attacks {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

struct Sums {
  double slope = 0;   ///< of the weights whose knees lie beyond λ
  double passed = 0;  ///< of weight·knee of the others
};

/// Eight sums that are added at the end, so that the loop becomes vector instructions.
VITROBUST_VECTORIZE
Sums sums_at(double lambda, const double* weight, const double* knee, std::int64_t count) {
  constexpr std::int64_t kSums = 8;
  std::array<double, kSums> slope{};
  std::array<double, kSums> passed{};
  const auto add = [&](std::int64_t i, std::size_t k) {
    const bool beyond = knee[i] > lambda;
    slope[k] += beyond ? weight[i] : 0.0;
    passed[k] += beyond ? 0.0 : weight[i] * knee[i];
  };
  std::int64_t i = 0;
  for (; i + kSums <= count; i += kSums)
    for (std::int64_t k = 0; k < kSums; ++k) add(i + k, static_cast<std::size_t>(k));
  for (; i < count; ++i) add(i, 0);
  Sums sums;
  for (std::size_t k = 0; k < kSums; ++k) sums = {sums.slope + slope[k], sums.passed + passed[k]};
  return sums;
}

/// The smallest λ ≥ 0 [N, 1] for which Σ weight·min(λ, knee) = target, or one beyond all knees where the sum
/// stays below the target. The sum is concave and piecewise linear in λ, so that Newton's method from 0 never
/// oversteps and ends exactly, once no knee is passed any more: some five steps, each cheaper by far than a
/// sort of 224 × 224 pixels.
at::Tensor multiplier(const at::Tensor& weights, const at::Tensor& knees, const at::Tensor& targets) {
  const at::Tensor weight = weights.contiguous();
  const at::Tensor knee = knees.contiguous();
  at::Tensor lambdas = at::zeros_like(targets);
  const std::int64_t count = weight.size(1);
  for (std::int64_t row = 0; row < weight.size(0); ++row) {
    const auto target = targets.select(0, row).item<double>();
    double& lambda = lambdas.mutable_data_ptr<double>()[row];
    for (;;) {
      const Sums sums = sums_at(lambda, weight.const_data_ptr<double>() + row * count,
                                knee.const_data_ptr<double>() + row * count, count);
      if (!(sums.slope > 0)) break;
      // Finite, because λ is multiplied by gradients that vanish.
      const double next = std::min((target - sums.passed) / sums.slope, kLargest);
      if (!(next > lambda)) break;
      lambda = next;
    }
  }
  return lambdas;
}

at::Tensor move_l1(const at::Tensor& magnitude, const at::Tensor& room, const at::Tensor& target) {
  const auto [magnitudes, order] = magnitude.sort(/*stable=*/true, 1, /*descending=*/true);
  const at::Tensor rooms = room.gather(1, order);
  const at::Tensor gain = magnitudes * rooms;
  const at::Tensor missing = (target - (gain.cumsum(1) - gain)).clamp_min(0);
  const at::Tensor wanted = at::where(magnitudes.gt(0), missing / magnitudes, at::zeros_like(missing));
  return at::zeros_like(room).scatter_(1, order, at::minimum(wanted, rooms));
}

at::Tensor lengths(Norm norm, const at::Tensor& magnitude, const at::Tensor& room, const at::Tensor& target) {
  switch (norm) {
    case Norm::linf:
      return at::minimum(multiplier(magnitude, room, target), room);
    case Norm::l2: {
      const at::Tensor weight = magnitude.square();  // 0 for what is too small to matter
      const at::Tensor knee = at::where(weight.gt(0), room / magnitude, at::zeros_like(room));
      return at::minimum(multiplier(weight, knee, target) * magnitude, room);
    }
    case Norm::l1:
      return move_l1(magnitude, room, target);
  }
  throw InternalError("a norm of unknown kind");
}

}  // namespace

at::Tensor project_onto_plane(Norm norm, const at::Tensor& points, const at::Tensor& w, const at::Tensor& b) {
  if (points.numel() == 0) return points;
  const at::Tensor excess = (w * points).sum(1, true) - b.unsqueeze(1);
  const at::Tensor toward = w * at::where(excess.lt(0), 1.0, -1.0);  // the way that each value moves
  const at::Tensor magnitude = w.abs();
  // Planes do not change with the length of w, but its square could underflow.
  const at::Tensor largest = magnitude.amax(1, true);
  const at::Tensor scale = at::where(largest.gt(0), largest, at::ones_like(largest));
  at::Tensor room = at::where(toward.gt(0), 1 - points, points);
  room = at::where(magnitude.gt(0), room, at::zeros_like(room));
  return toward.sign() * lengths(norm, magnitude / scale, room, excess.abs() / scale);
}

}  // namespace vitrobust::attacks
