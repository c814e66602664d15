#include "attacks/token_pgd.h"

#include <torch/torch.h>

#include "attacks/active_set.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/patch_choice.h"
#include "attacks/patches.h"
#include "attacks/random_start.h"

namespace vitrobust::attacks {
namespace {

constexpr const char* kCondition = "attack/token_pgd";

struct TokenPgdOptions {
  double epsilon;
  double step_size;
  std::int64_t steps;
  std::int64_t restarts;
  PatchSelector selector;
};

class TokenPgd final : public Attack {
 public:
  explicit TokenPgd(const TokenPgdOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    // A stream of its own: restart 0 of the starts is another condition.
    const StreamKey choice_key{.seed = seed, .condition = "attack/token_pgd/choice"};
    const at::Tensor patches = options_.selector.choose(classifier, active, input.images, choice_key);
    at::Tensor mask =
        patch_mask(patches, options_.selector.patch_size, input.images.size(2), input.images.size(3));
    for (std::int64_t restart = 0; restart < options_.restarts && !active.empty(); ++restart) {
      const Ball ball(Norm::linf, options_.epsilon, active.pack(input.images));
      const StreamKey key{
          .seed = seed, .condition = kCondition, .restart = static_cast<std::uint32_t>(restart)};
      const at::Tensor start = random_start(ball, Start::inside, active.sample_ids(), key);
      climb(classifier, active, ball, start, mask);
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override { return options_.restarts * (options_.steps + 1) + 1; }
  std::int64_t backward_passes() const override { return options_.restarts * options_.steps; }

 private:
  /// One restart. `mask` stays packed for the next.
  void climb(const models::Classifier& classifier, ActiveSet& active, Ball ball, const at::Tensor& start,
             at::Tensor& mask) const {
    at::Tensor x = at::where(mask, start, ball.clean());
    for (std::int64_t step = 0; step < options_.steps; ++step) {
      const auto pass = classifier.loss_gradient(x, active.targets(), cross_entropy);
      active.record(x, pass.logits, pass.loss);
      if (active.empty()) return;
      ball = active.repack(ball);
      mask = active.repack(mask);
      const at::Tensor moved =
          ascend(ball, active.repack(x), active.repack(pass.gradient), options_.step_size);
      x = at::where(mask, moved, ball.clean());
    }
    const at::Tensor logits = classifier.logits(x);
    active.record(x, logits, cross_entropy(logits, active.targets()));
    mask = active.repack(mask);
  }

  TokenPgdOptions options_;
};

}  // namespace

std::vector<ParameterSpec> token_pgd_parameters() {
  std::vector<ParameterSpec> parameters = {
      epsilon_parameter(Norm::linf),
      amount_parameter("step_size", "2/255", "length of a step, pixels in [0,1]", 0, 1),
      count_parameter("steps", "20", "gradient steps of a restart"),
      restarts_parameter(),
  };
  for (const auto& shared : {patch_parameters("4"), patch_choice_parameters("gradient")})
    parameters.insert(parameters.end(), shared.begin(), shared.end());
  return parameters;
}

std::unique_ptr<Attack> make_token_pgd(const Parameters& parameters) {
  return std::make_unique<TokenPgd>(
      TokenPgdOptions{.epsilon = parameters.fraction("eps").value(),
                      .step_size = parameters.fraction("step_size").value(),
                      .steps = parameters.integer("steps"),
                      .restarts = parameters.integer("restarts"),
                      .selector = {.choice = patch_choice_of(parameters),
                                   .layer = parameters.integer("layer"),
                                   .count = parameters.integer("patches"),
                                   .patch_size = parameters.integer("patch_size")}});
}

}  // namespace vitrobust::attacks
