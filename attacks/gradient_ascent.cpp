#include "attacks/gradient_ascent.h"

#include <torch/torch.h>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/objective.h"
#include "attacks/random_start.h"

namespace vitrobust::attacks {
namespace {

/// ∇/mean|∇| of every row; zero where the gradient is.
at::Tensor by_mean_magnitude(const at::Tensor& gradient) {
  const at::Tensor mean = gradient.abs().mean({1, 2, 3}, true);
  return at::where(mean.gt(0), gradient / mean, at::zeros_like(gradient));
}

class GradientAscent final : public Attack {
 public:
  explicit GradientAscent(GradientAscentOptions options) : options_(std::move(options)) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    if (screens_first()) screen(classifier, active, input, seed);
    const Objective objective(classifier, options_.loss, options_.eot);
    for (std::int64_t restart = 0; restart < options_.restarts && !active.empty(); ++restart) {
      const Ball ball(options_.norm, options_.epsilon, active.pack(input.images));
      const StreamKey key{
          .seed = seed, .condition = "attack/pgd", .restart = static_cast<std::uint32_t>(restart)};
      climb(
          objective, active, ball,
          options_.random_start ? random_start(ball, Start::inside, active.sample_ids(), key) : ball.clean());
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override {
    return options_.restarts * (options_.steps + 1) * options_.eot + (screens_first() ? 1 : 0);
  }

  std::int64_t backward_passes() const override { return options_.restarts * options_.steps * options_.eot; }

 private:
  /// Without a random start the first gradient pass sees the clean images and screens them for free, but a
  /// target has to be known before.
  [[nodiscard]] bool screens_first() const { return options_.random_start || options_.target; }

  void screen(const models::Classifier& classifier, ActiveSet& active, const AttackInput& input,
              std::uint64_t seed) const {
    const at::Tensor logits = classifier.logits(input.images);
    if (options_.target)
      active.aim(options_.target.choose(logits, active.labels(), active.sample_ids(), seed));
    active.screen(logits);
  }

  /// One restart: `steps` gradient passes from x, and one forward pass at the last iterate.
  void climb(const Objective& objective, ActiveSet& active, Ball ball, at::Tensor x) const {
    if (active.empty()) return;
    at::Tensor accumulated = at::zeros_like(x);
    for (std::int64_t step = 0; step < options_.steps; ++step) {
      const auto pass = objective.gradient(x, active.targets());
      if (step == 0 && !screens_first())
        active.screen(pass.logits, objective.queries());
      else
        active.record(x, pass.logits, pass.loss, objective.queries());
      if (active.empty()) return;
      ball = active.repack(ball);
      at::Tensor gradient = active.repack(pass.gradient);
      if (options_.decay) {
        accumulated = active.repack(accumulated) * *options_.decay + by_mean_magnitude(gradient);
        gradient = accumulated;
      }
      x = ascend(ball, active.repack(x), gradient, options_.step_size);
    }
    const auto pass = objective.value(x, active.targets());
    active.record(x, pass.logits, pass.loss, objective.queries());
  }

  GradientAscentOptions options_;
};

}  // namespace

std::unique_ptr<Attack> make_gradient_ascent(GradientAscentOptions options) {
  return std::make_unique<GradientAscent>(std::move(options));
}

}  // namespace vitrobust::attacks
