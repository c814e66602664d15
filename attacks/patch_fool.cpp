#include "attacks/patch_fool.h"

#include <torch/torch.h>

#include <cmath>

#include "attacks/active_set.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/patch_choice.h"
#include "attacks/patches.h"
#include "attacks/random_start.h"

namespace vitrobust::attacks {
namespace {

struct PatchFoolOptions {
  double epsilon;
  double step_size;
  std::int64_t steps;
  double attention_weight;
  PatchSelector selector;
};

/// Inner products of rows in double, each row on its own: [N].
at::Tensor row_products(const at::Tensor& a, const at::Tensor& b) {
  std::vector<at::Tensor> products;
  for (std::int64_t i = 0; i < a.size(0); ++i)
    products.push_back(at::dot(a[i].to(at::kDouble).flatten(), b[i].to(at::kDouble).flatten()));
  return products.empty() ? at::empty({0}, at::kDouble) : at::stack(products);
}

/// `gradient` without the part of it that opposes `leader`.
at::Tensor without_conflict(const at::Tensor& gradient, const at::Tensor& leader) {
  const at::Tensor product = row_products(gradient, leader);
  const at::Tensor square = row_products(leader, leader);
  const at::Tensor conflict = product.lt(0).logical_and(square.gt(0));
  const at::Tensor factor = at::where(conflict, product / square, at::zeros_like(product));
  return gradient - leader * factor.to(leader.scalar_type()).view({-1, 1, 1, 1});
}

/// The cross-entropy, and of every block that takes part how much its tokens attend to the patch of column 1.
at::Tensor patch_fool_losses(const at::Tensor& logits, const std::vector<at::Tensor>& maps,
                             const at::Tensor& targets) {
  std::vector<at::Tensor> losses{cross_entropy(logits, targets.narrow(1, 0, 1))};
  for (std::size_t block = 1; block < maps.size() / 2; ++block) {
    const at::Tensor weights = maps[block].mean(1);
    const at::Tensor index = targets.select(1, 1).view({-1, 1, 1}).expand({-1, weights.size(1), 1});
    const at::Tensor attention = weights.gather(2, index).squeeze(2);
    // The smallest normal float32: an attention that underflows has no logarithm.
    losses.push_back(attention.clamp_min(1.2e-38).log().mean(1));
  }
  return at::stack(losses, 1);
}

/// What Adam remembers of the active samples.
struct Moments {
  at::Tensor mean, square;
};

/// Adam's step uphill, before its length (Kingma and Ba, ICLR 2015, algorithm 1); `step` counts from 1.
at::Tensor adam_direction(Moments& moments, const at::Tensor& gradient, std::int64_t step) {
  constexpr double kMeanDecay = 0.9;
  constexpr double kSquareDecay = 0.999;
  constexpr double kGuard = 1e-8;
  moments.mean = moments.mean * kMeanDecay + gradient * (1 - kMeanDecay);
  moments.square = moments.square * kSquareDecay + gradient.square() * (1 - kSquareDecay);
  const auto count = static_cast<double>(step);
  const at::Tensor mean = moments.mean / (1 - std::pow(kMeanDecay, count));
  const at::Tensor square = moments.square / (1 - std::pow(kSquareDecay, count));
  return mean / (square.sqrt() + kGuard);
}

class PatchFool final : public Attack {
 public:
  explicit PatchFool(const PatchFoolOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    require_patches(classifier, options_.selector.patch_size);
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    const StreamKey choice_key{.seed = seed, .condition = "attack/patch_fool/choice"};
    const at::Tensor patches = options_.selector.choose(classifier, active, input.images, choice_key);
    if (active.empty()) return std::move(active).finish();
    const Ball ball(Norm::linf, options_.epsilon, active.pack(input.images));
    climb(classifier, active, ball, patches, start(ball, active, seed));
    return std::move(active).finish();
  }

  std::int64_t cost() const override { return options_.steps + 2; }
  std::int64_t backward_passes() const override { return options_.steps; }

 private:
  static at::Tensor start(const Ball& ball, const ActiveSet& active, std::uint64_t seed) {
    const StreamKey key{.seed = seed, .condition = "attack/patch_fool"};
    if (ball.epsilon() < 1) return random_start(ball, Start::inside, active.sample_ids(), key);
    const Ball everything(Norm::linf, 0.5, at::full_like(ball.clean(), 0.5));
    return random_start(everything, Start::inside, active.sample_ids(), key);
  }

  void climb(const models::Classifier& classifier, ActiveSet& active, Ball ball, at::Tensor patches,
             const at::Tensor& start) const {
    const auto shape = ball.clean().sizes();
    at::Tensor mask = patch_mask(patches, options_.selector.patch_size, shape[2], shape[3]);
    at::Tensor x = at::where(mask, start, ball.clean());
    at::Tensor token = patches.narrow(1, 0, 1) + (classifier.info().class_token ? 1 : 0);
    Moments moments{at::zeros_like(x), at::zeros_like(x)};
    for (std::int64_t step = 1; step <= options_.steps; ++step) {
      const models::AttentionGradients pass = gradients(classifier, x, active.targets(), token);
      active.record(x, pass.logits, pass.losses.select(1, 0));
      if (active.empty()) return;
      ball = active.repack(ball);
      mask = active.repack(mask);
      token = active.repack(token);
      moments = {active.repack(moments.mean), active.repack(moments.square)};
      const at::Tensor direction = adam_direction(moments, combined(active, pass), step);
      const at::Tensor moved = ball.project(active.repack(x) + direction * length_of(step));
      x = at::where(mask, moved, ball.clean());
    }
    const at::Tensor logits = classifier.logits(x);
    active.record(x, logits, cross_entropy(logits, active.targets()));
  }

  [[nodiscard]] models::AttentionGradients gradients(const models::Classifier& classifier,
                                                     const at::Tensor& x, const at::Tensor& labels,
                                                     const at::Tensor& token) const {
    if (options_.attention_weight != 0)
      return classifier.attention_gradients(x, at::cat({labels, token}, 1), patch_fool_losses);
    const models::LossGradient pass = classifier.loss_gradient(x, labels, cross_entropy);
    return {pass.logits, pass.loss.unsqueeze(1), {pass.gradient}};
  }

  /// The direction to climb for the samples that are still active.
  [[nodiscard]] at::Tensor combined(const ActiveSet& active, const models::AttentionGradients& pass) const {
    const at::Tensor leader = active.repack(pass.gradients.front());
    at::Tensor sum = leader;
    for (std::size_t k = 1; k < pass.gradients.size(); ++k)
      sum = sum + without_conflict(active.repack(pass.gradients[k]), leader) * options_.attention_weight;
    return sum;
  }

  [[nodiscard]] double length_of(std::int64_t step) const {
    constexpr double kDecay = 0.95;
    constexpr std::int64_t kPeriod = 10;
    return options_.step_size * std::pow(kDecay, static_cast<double>((step - 1) / kPeriod));
  }

  PatchFoolOptions options_;
};

ParameterSpec unbounded_epsilon() {
  ParameterSpec spec = epsilon_parameter(Norm::linf);
  spec.default_value = "1";
  spec.help = "largest change of a pixel, pixels in [0,1]; 1: the patches are overwritten";
  return spec;
}

}  // namespace

std::vector<ParameterSpec> patch_fool_parameters() {
  std::vector<ParameterSpec> parameters = {
      unbounded_epsilon(),
      amount_parameter("step_size", "0.05", "learning rate of Adam, pixels in [0,1]", 0, 1),
      count_parameter("steps", "250", "gradient steps"),
      amount_parameter("attention_weight", "0.002", "of the attention losses; 0: the cross-entropy alone", 0,
                       1000),
  };
  for (const auto& shared : {patch_parameters("1"), patch_choice_parameters("attention")})
    parameters.insert(parameters.end(), shared.begin(), shared.end());
  return parameters;
}

std::unique_ptr<Attack> make_patch_fool(const Parameters& parameters) {
  return std::make_unique<PatchFool>(
      PatchFoolOptions{.epsilon = parameters.fraction("eps").value(),
                       .step_size = parameters.fraction("step_size").value(),
                       .steps = parameters.integer("steps"),
                       .attention_weight = parameters.fraction("attention_weight").value(),
                       .selector = {.choice = patch_choice_of(parameters),
                                    .layer = parameters.integer("layer"),
                                    .count = parameters.integer("patches"),
                                    .patch_size = parameters.integer("patch_size")}});
}

}  // namespace vitrobust::attacks
