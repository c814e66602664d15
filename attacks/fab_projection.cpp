#include "attacks/fab_projection.h"

#include <torch/torch.h>

#include <limits>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

/// The smallest λ ≥ 0 [N, 1] for which Σ weight·min(λ, knee) = target, or one beyond all knees where the sum
/// stays below the target. The sum is concave and piecewise linear in λ, so that Newton's method from 0 never
/// oversteps and ends exactly, once no knee is passed any more: some five steps, each cheaper by far than a
/// sort of 224 × 224 pixels. A row that has ended computes the same λ again and again, so rows do not matter
/// to each other.
at::Tensor multiplier(const at::Tensor& weight, const at::Tensor& knee, const at::Tensor& target) {
  const at::Tensor height = weight * knee;
  at::Tensor lambda = at::zeros_like(target);
  for (;;) {
    const at::Tensor beyond = knee.gt(lambda);
    const at::Tensor slope = at::where(beyond, weight, 0.0).sum(1, true);
    const at::Tensor passed = at::where(beyond, 0.0, height).sum(1, true);
    // Finite, because λ is multiplied by gradients that vanish.
    const at::Tensor next = at::where(slope.gt(0), ((target - passed) / slope).clamp_max(kLargest), lambda);
    const at::Tensor grows = next.gt(lambda);
    if (!grows.any().item<bool>()) return lambda;
    lambda = at::where(grows, next, lambda);
  }
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
