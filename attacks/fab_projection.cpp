#include "attacks/fab_projection.h"

#include <torch/torch.h>

#include "core/error.h"

namespace vitrobust::attacks {
namespace {

/// λ ≥ 0 [N, 1] for which Σ weight·min(λ, knee) = target, or the largest knee where the sum stays below the
/// target. The sum grows with λ, piecewise linearly: between two sorted knees its slope is the weight of the
/// knees that lie beyond, so that λ lies on the first piece whose end reaches the target.
at::Tensor multiplier(const at::Tensor& weight, const at::Tensor& knee, const at::Tensor& target) {
  const auto [knees, order] = knee.sort(1);
  const at::Tensor weights = weight.gather(1, order);
  const at::Tensor beyond = weights.flip(1).cumsum(1).flip(1);  // this knee's weight included
  const at::Tensor passed = (weights * knees).cumsum(1);
  const at::Tensor reached = passed + knees * (beyond - weights);
  const std::int64_t last = knees.size(1) - 1;
  const at::Tensor count = reached.lt(target).sum(1, true);  // knees below λ
  const at::Tensor piece = count.clamp_max(last);
  const at::Tensor before = (passed - weights * knees).gather(1, piece);
  const at::Tensor end = knees.gather(1, piece);
  const at::Tensor missing = target - before;
  // Nothing is missing where w vanishes and the point lies in the plane: 0/0.
  const at::Tensor lambda = at::where(missing.gt(0), missing / beyond.gather(1, piece), 0.0);
  return at::where(count.gt(last), end, at::minimum(lambda, end));
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
