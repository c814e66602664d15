#include "attacks/ball.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/l1_projection.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {
namespace {

/// Keeps a direction finite where the gradient vanishes (the value of the reference implementation).
constexpr double kNormGuard = 1e-12;
/// One value in so many takes part in a step in L1.
constexpr std::int64_t kL1Sparsity = 100;

at::Tensor shorten(const at::Tensor& change, double epsilon) {
  // A change of length 0 gives a quotient of infinity, of which the minimum with 1 is right.
  const at::Tensor factor = (epsilon / row_norms(change, Norm::l2)).clamp_max(1);
  return change * per_row(factor, change);
}

at::Tensor sparse_signs(const at::Tensor& gradient) {
  const at::Tensor rows = gradient.flatten(1);
  const std::int64_t count = std::max<std::int64_t>(1, rows.size(1) / kL1Sparsity);
  const at::Tensor largest = std::get<1>(rows.abs().topk(count, 1, true, false));
  at::Tensor direction = at::zeros_like(rows);
  direction.scatter_(1, largest, rows.gather(1, largest).sign() / static_cast<double>(count));
  return direction.view_as(gradient);
}

}  // namespace

Ball::Ball(Norm norm, double epsilon, at::Tensor clean)
    : Ball(norm, epsilon, clean, norm == Norm::linf ? linf_box(clean, epsilon) : LinfBox{}) {}

Ball::Ball(Norm norm, double epsilon, at::Tensor clean, LinfBox box)
    : norm_(norm), epsilon_(epsilon), clean_(std::move(clean)), box_(std::move(box)) {}

at::Tensor Ball::project(const at::Tensor& x) const {
  if (norm_ == Norm::linf) return attacks::project(box_, x.to(clean_.scalar_type()));
  if (epsilon_ == 0 || clean_.size(0) == 0) return clean_;
  const at::Tensor origin = clean_.to(at::kDouble);
  const at::Tensor change = x.to(at::kDouble) - origin;
  const at::Tensor inside =
      norm_ == Norm::l2 ? shorten(change, epsilon_) : project_l1(origin, change, epsilon_);
  return round_towards(clean_, (origin + inside).clamp(0, 1));
}

Ball Ball::select(const at::Tensor& index) const {
  LinfBox box;
  if (norm_ == Norm::linf) box = {box_.lower.index_select(0, index), box_.upper.index_select(0, index)};
  return {norm_, epsilon_, clean_.index_select(0, index), std::move(box)};
}

Ball Ball::with_epsilon(double epsilon) const {
  return {norm_, epsilon, clean_};
}

at::Tensor ascent_direction(Norm norm, const at::Tensor& gradient) {
  if (gradient.size(0) == 0) return gradient;
  switch (norm) {
    case Norm::linf:
      return gradient.sign();
    case Norm::l2: {
      const at::Tensor inverse = (row_norms(gradient, Norm::l2) + kNormGuard).reciprocal();
      return gradient * per_row(inverse, gradient).to(gradient.scalar_type());
    }
    case Norm::l1:
      return sparse_signs(gradient);
  }
  return gradient;
}

at::Tensor ascend(const Ball& ball, const at::Tensor& x, const at::Tensor& gradient, double size) {
  return ball.project(at::add(x, ascent_direction(ball.norm(), gradient), size));
}

}  // namespace vitrobust::attacks
