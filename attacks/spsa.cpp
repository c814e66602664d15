#include "attacks/spsa.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/active_set.h"
#include "attacks/adam.h"
#include "attacks/ball.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/sample_streams.h"

namespace vitrobust::attacks {
namespace {

struct SpsaOptions {
  double epsilon;
  std::int64_t iterations;
  std::int64_t samples;
  double delta;
  double learning_rate;
};

class Spsa final : public Attack {
 public:
  explicit Spsa(const SpsaOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    active.screen(classifier.logits(input.images));
    Ball ball(Norm::linf, options_.epsilon, active.pack(input.images));
    SampleStreams streams(active.sample_ids(), {.seed = seed, .condition = "attack/spsa"});
    at::Tensor x = ball.clean();
    Adam adam(x.to(at::kDouble), options_.learning_rate);
    // No call holds more images than the batch, or than one pass.
    const std::int64_t rows = std::max(input.images.size(0), classifier.info().lanes);
    for (std::int64_t i = 0; i < options_.iterations && !active.empty(); ++i) {
      const at::Tensor gradient = estimate(classifier, active, x, streams, rows);
      active.spend(2 * options_.samples);
      x = ball.project(x + adam.step(gradient).to(x.scalar_type()));
      const at::Tensor logits = classifier.logits(x);
      active.record(x, logits, cw_margin(logits, active.targets()));
      x = active.repack(x);
      ball = active.repack(ball);
      adam.repack(active);
      streams.repack(active);
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override { return 1 + options_.iterations * (2 * options_.samples + 1); }
  std::int64_t backward_passes() const override { return 0; }

 private:
  /// Estimated gradient of the margin at x, packed, in double.
  [[nodiscard]] at::Tensor estimate(const models::Classifier& classifier, const ActiveSet& active,
                                    const at::Tensor& x, SampleStreams& streams, std::int64_t rows) const {
    const at::Tensor above = (x + options_.delta).clamp_max(1);
    const at::Tensor below = (x - options_.delta).clamp_min(0);
    at::Tensor sum = at::zeros_like(x, at::kDouble);
    const std::int64_t together = std::clamp<std::int64_t>(rows / (2 * x.size(0)), 1, options_.samples);
    for (std::int64_t done = 0; done < options_.samples; done += together) {
      const std::int64_t pairs = std::min(together, options_.samples - done);
      add_pairs(classifier, active, above, below, draw(streams, x, pairs), sum);
    }
    const at::Tensor distance = (above - below).to(at::kDouble);
    return sum / distance / static_cast<double>(options_.samples);
  }

  /// [pairs, N, 3, H, W]: every sample draws its pairs one after another, however many go together.
  static at::Tensor draw(SampleStreams& streams, const at::Tensor& x, std::int64_t pairs) {
    std::vector<at::Tensor> signs;
    for (std::int64_t pair = 0; pair < pairs; ++pair)
      signs.push_back(streams.signs(x.sizes().slice(1), x.scalar_type()));
    return at::stack(signs);
  }

  /// sum += Σ v·(f(x⁺) − f(x⁻)) over the pairs, in their order: one pass over all of them.
  static void add_pairs(const models::Classifier& classifier, const ActiveSet& active,
                        const at::Tensor& above, const at::Tensor& below, const at::Tensor& signs,
                        at::Tensor& sum) {
    const std::int64_t pairs = signs.size(0);
    const at::Tensor up = signs.gt(0);
    const at::Tensor points =
        at::cat({at::where(up, above, below), at::where(up, below, above)}).flatten(0, 1);
    const at::Tensor margins = cw_margin(classifier.logits(points), active.targets().repeat({2 * pairs, 1}));
    const at::Tensor sides = margins.to(at::kDouble).view({2, pairs, -1, 1, 1, 1});
    const at::Tensor difference = sides[0] - sides[1];
    for (std::int64_t pair = 0; pair < pairs; ++pair) sum += signs[pair].to(at::kDouble) * difference[pair];
  }

  SpsaOptions options_;
};

}  // namespace

std::vector<ParameterSpec> spsa_parameters() {
  return {
      epsilon_parameter(Norm::linf),
      count_parameter("iterations", "100", "steps of Adam", 1e6),
      count_parameter("samples", "128", "random directions a step, two passes each", 1e6),
      amount_parameter("delta", "0.01", "distance at which the loss is compared, pixels in [0,1]", 1e-6, 1),
      amount_parameter("learning_rate", "0.01", "of Adam, pixels in [0,1]", 1e-9, 1e6),
  };
}

std::unique_ptr<Attack> make_spsa(const Parameters& parameters) {
  return std::make_unique<Spsa>(SpsaOptions{.epsilon = ball_threat(Norm::linf, parameters).epsilon->value(),
                                            .iterations = parameters.integer("iterations"),
                                            .samples = parameters.integer("samples"),
                                            .delta = parameters.fraction("delta").value(),
                                            .learning_rate = parameters.fraction("learning_rate").value()});
}

}  // namespace vitrobust::attacks
