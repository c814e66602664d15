#include "attacks/l1_projection.h"

#include <torch/torch.h>

namespace vitrobust::attacks {
namespace {

/// λ of every row [N]. The sum of the changes falls with λ, piecewise linearly: a change starts to shrink
/// where λ passes |change| − room (or 0) and is gone where λ passes |change|. So the slope at the sorted
/// breakpoints is a running count, the sum a running total, and λ lies on the first piece that ends at or
/// below epsilon.
at::Tensor multiplier(const at::Tensor& magnitude, const at::Tensor& reach, double epsilon) {
  const at::Tensor begin = magnitude - reach;
  const auto [points, order] = at::cat({begin, magnitude}, 1).sort(1);
  const at::Tensor is_begin = order.lt(magnitude.size(1)).to(at::kDouble);
  const at::Tensor slope = (2 * is_begin - 1).cumsum(1);  // changes that shrink beyond this breakpoint
  const at::Tensor width = points.diff(1, 1);
  const std::int64_t last = points.size(1) - 1;
  const at::Tensor excess = reach.sum(1, true) - epsilon;
  // What has been taken away at each breakpoint but the first, where nothing has.
  const at::Tensor taken = (slope.narrow(1, 0, last) * width).cumsum(1);
  const at::Tensor piece = taken.lt(excess).sum(1, true).clamp_max(last - 1);
  const at::Tensor end = points.gather(1, piece + 1);
  const at::Tensor too_much = taken.gather(1, piece) - excess;
  const at::Tensor lambda = end - too_much / slope.gather(1, piece);
  // A row that needs no shrinking has no excess.
  return at::where(excess.gt(0), lambda.clamp_min(0), at::zeros_like(lambda));
}

}  // namespace

at::Tensor project_l1(const at::Tensor& clean, const at::Tensor& change, double epsilon) {
  if (change.numel() == 0) return change;
  const at::Tensor rows = change.flatten(1);
  const at::Tensor origin = clean.flatten(1);
  const at::Tensor magnitude = rows.abs();
  const at::Tensor room = at::where(rows.gt(0), 1 - origin, origin);
  const at::Tensor reach = at::minimum(magnitude, room);
  const at::Tensor lambda = multiplier(magnitude, reach, epsilon);
  return (rows.sign() * at::minimum((magnitude - lambda).clamp_min(0), room)).view_as(change);
}

}  // namespace vitrobust::attacks
