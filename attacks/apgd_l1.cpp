#include "attacks/apgd_l1.h"

#include <torch/torch.h>

#include "attacks/rows.h"

namespace vitrobust::attacks {
namespace {

constexpr double kDensityFactor = 1.5;
constexpr double kStepFactor = 1.5;
constexpr double kLeastStep = 0.1;
constexpr double kSparser = 0.95;
/// Keeps the step finite where the gradient vanishes.
constexpr double kSignGuard = 1e-10;

/// What is less than a change: about the last digit of a float32 in [0,1]. A count of all differences, as the
/// reference has it, counts the rounding of projected values too and comes out differently in float64.
constexpr double kNoChange = 1e-7;

/// Values of each row that differ from the clean image: [n] float64.
at::Tensor changed_values(const at::Tensor& x, const at::Tensor& clean) {
  return (x - clean).abs().gt(kNoChange).flatten(1).sum(1).to(at::kDouble);
}

at::Tensor density_of(const at::Tensor& changed, const at::Tensor& x) {
  return changed / static_cast<double>(x[0].numel()) / kDensityFactor;
}

}  // namespace

void start_l1(ApgdState& state) {
  state.changed = changed_values(state.x, state.ball.clean());
  state.density = density_of(state.changed, state.x);
}

at::Tensor propose_l1(const ApgdState& state) {
  const at::Tensor magnitude = state.gradient.abs().flatten(1);
  const auto values = static_cast<double>(magnitude.size(1));
  const at::Tensor rank = ((1 - state.density) * values).clamp(0, values - 1).to(at::kLong);
  const at::Tensor threshold = std::get<0>(magnitude.sort(1)).gather(1, rank.unsqueeze(1));
  const at::Tensor taking_part = magnitude.ge(threshold).view_as(state.gradient);
  const at::Tensor signs = state.gradient.sign() * taking_part;
  const at::Tensor length = state.step / (row_norms(signs, Norm::l1) + kSignGuard);
  return state.ball.project(state.x + signs * per_row(length, state.x).to(state.x.scalar_type()));
}

void check_l1(ApgdState& state) {
  const double first_step = state.ball.epsilon();
  const at::Tensor changed = changed_values(state.best, state.ball.clean());
  const at::Tensor sparser = (changed / state.changed).lt(kSparser);
  state.density = density_of(changed, state.x);
  state.step =
      at::where(sparser, first_step, state.step / kStepFactor).clamp(kLeastStep * first_step, first_step);
  state.changed = changed;
  const at::Tensor rows = per_row(sparser, state.x);
  state.x = at::where(rows, state.best, state.x);
  state.gradient = at::where(rows, state.best_gradient, state.gradient);
}

}  // namespace vitrobust::attacks
