#include "attacks/apgd_run.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/apgd_l1.h"
#include "attacks/apgd_state.h"
#include "attacks/rows.h"

namespace vitrobust::attacks {

void ApgdState::repack(const ActiveSet& active) {
  ball = active.repack(ball);
  for (at::Tensor* rows : {&x, &previous, &gradient, &best, &best_gradient, &best_loss, &losses, &step,
                           &best_loss_then, &halved, &density, &changed})
    if (rows->defined()) *rows = active.repack(*rows);
}

namespace {

constexpr double kMomentum = 0.75;
constexpr double kLeastRises = 0.75;

std::int64_t share(double part, std::int64_t steps) {
  return std::max<std::int64_t>(static_cast<std::int64_t>(part * static_cast<double>(steps)), 1);
}

/// Tells after which steps the progress is checked.
class Checkpoints {
 public:
  Checkpoints(Norm norm, std::int64_t steps)
      : interval_(share(norm == Norm::l1 ? 0.04 : 0.22, steps)),
        shrink_(norm == Norm::l1 ? 0 : share(0.03, steps)),
        shortest_(norm == Norm::l1 ? interval_ : share(0.06, steps)) {}

  /// Steps since the last checkpoint if there is one after this step, else 0.
  std::int64_t after_step() {
    if (++since_last_ < interval_) return 0;
    const std::int64_t passed = std::exchange(since_last_, 0);
    interval_ = std::max(interval_ - shrink_, shortest_);
    return passed;
  }

 private:
  std::int64_t interval_;
  std::int64_t shrink_;
  std::int64_t shortest_;
  std::int64_t since_last_ = 0;
};

ApgdState begin(const Ball& ball, const at::Tensor& start, const models::LossGradient& pass,
                std::int64_t steps) {
  const double first_step = ball.norm() == Norm::l1 ? ball.epsilon() : 2 * ball.epsilon();
  const std::int64_t samples = start.size(0);
  ApgdState state{.ball = ball,
                  .x = start,
                  .previous = start,
                  .gradient = pass.gradient,
                  .best = start,
                  .best_gradient = pass.gradient,
                  .best_loss = pass.loss,
                  .losses = at::zeros({samples, steps}, pass.loss.options()),
                  .step = at::full({samples}, first_step, at::kDouble),
                  .best_loss_then = pass.loss,
                  .halved = at::ones({samples}, at::kBool),
                  .density = {},
                  .changed = {}};
  if (ball.norm() == Norm::l1) start_l1(state);
  return state;
}

/// The next iterate: a step up the gradient, mixed with the last move.
at::Tensor propose(const ApgdState& state, bool is_first) {
  if (state.ball.norm() == Norm::l1) return propose_l1(state);
  const at::Tensor direction = ascent_direction(state.ball.norm(), state.gradient);
  const at::Tensor length = per_row(state.step, state.x).to(state.x.scalar_type());
  const at::Tensor up = state.ball.project(state.x + direction * length);
  if (is_first) return up;
  return state.ball.project(state.x + (up - state.x) * kMomentum +
                            (state.x - state.previous) * (1 - kMomentum));
}

/// Takes what the pass at the new iterate x found.
void advance(ApgdState& state, std::int64_t i, const at::Tensor& loss, const at::Tensor& gradient) {
  state.gradient = gradient;
  state.losses.select(1, i).copy_(loss);
  const at::Tensor better = loss.gt(state.best_loss);
  const at::Tensor rows = per_row(better, state.x);
  state.best = at::where(rows, state.x, state.best);
  state.best_loss = at::where(better, loss, state.best_loss);
  // The last step has no use for a gradient and none is computed.
  if (gradient.defined()) state.best_gradient = at::where(rows, gradient, state.best_gradient);
}

/// Halves the step where the loss rose in too few of the last steps, or where neither the step has changed
/// nor the best loss has improved since the last checkpoint; goes on from the best iterate there.
void check(ApgdState& state, std::int64_t i, std::int64_t passed) {
  if (state.ball.norm() == Norm::l1) return check_l1(state);
  const at::Tensor rises = state.losses.gt(state.losses.roll(1, 1)).narrow(1, i - passed + 1, passed).sum(1);
  const at::Tensor oscillates = rises.le(kLeastRises * static_cast<double>(passed));
  const at::Tensor stalls = state.best_loss_then.ge(state.best_loss).logical_and(state.halved.logical_not());
  state.halved = oscillates.logical_or(stalls);
  state.best_loss_then = state.best_loss;
  state.step = at::where(state.halved, state.step / 2, state.step);
  const at::Tensor rows = per_row(state.halved, state.x);
  state.x = at::where(rows, state.best, state.x);
  state.gradient = at::where(rows, state.best_gradient, state.gradient);
}

}  // namespace

at::Tensor run_apgd(const Objective& objective, ActiveSet& active, const Ball& ball, const at::Tensor& start,
                    std::int64_t steps, Iterates iterates) {
  const auto book = [&](const at::Tensor& x, const models::LossGradient& pass) {
    if (iterates == Iterates::candidates)
      active.record(x, pass.logits, pass.loss, objective.queries());
    else
      active.spend(objective.queries());
  };
  if (active.empty()) return start;
  const auto first = objective.gradient(start, active.targets());
  ApgdState state = begin(ball, start, first, steps);
  book(start, first);
  state.repack(active);
  if (active.empty()) return state.best;
  Checkpoints checkpoints(ball.norm(), steps);
  for (std::int64_t i = 0; i < steps; ++i) {
    const bool is_last = i + 1 == steps;
    const at::Tensor next = propose(state, i == 0);
    const auto pass =
        is_last ? objective.value(next, active.targets()) : objective.gradient(next, active.targets());
    book(next, pass);
    state.previous = std::exchange(state.x, next);
    state.gradient = at::Tensor();
    state.repack(active);
    if (active.empty()) break;
    advance(state, i, active.repack(pass.loss), is_last ? at::Tensor() : active.repack(pass.gradient));
    if (is_last) break;
    if (const std::int64_t passed = checkpoints.after_step(); passed > 0) check(state, i, passed);
  }
  return state.best;
}

}  // namespace vitrobust::attacks
