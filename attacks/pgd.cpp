#include "attacks/pgd.h"

#include <torch/torch.h>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/losses.h"
#include "attacks/random_start.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

struct PgdOptions {
  Norm norm;
  double epsilon;
  double step_size;
  std::int64_t steps;
  std::int64_t restarts;
  bool random_start;
};

class Pgd final : public Attack {
 public:
  explicit Pgd(const PgdOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    // Without a random start the first gradient pass sees the clean images and screens them for free.
    if (options_.random_start) active.screen(classifier.logits(input.images));
    for (std::int64_t restart = 0; restart < options_.restarts && !active.empty(); ++restart) {
      const at::Tensor clean = active.pack(input.images);
      const Ball ball(options_.norm, options_.epsilon, clean);
      if (!options_.random_start) {
        climb(classifier, active, ball, clean);
        continue;
      }
      const StreamKey key{
          .seed = seed, .condition = "attack/pgd", .restart = static_cast<std::uint32_t>(restart)};
      climb(classifier, active, ball, random_start(ball, Start::inside, active.sample_ids(), key));
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override {
    return options_.restarts * (options_.steps + 1) + (options_.random_start ? 1 : 0);
  }

 private:
  /// One restart: `steps` gradient passes from x, and one forward pass at the last iterate.
  void climb(const models::Classifier& classifier, ActiveSet& active, Ball ball, at::Tensor x) const {
    for (std::int64_t step = 0; step < options_.steps; ++step) {
      const auto pass = classifier.loss_gradient(x, active.targets(), cross_entropy);
      if (step == 0 && !options_.random_start)
        active.screen(pass.logits);
      else
        active.record(x, pass.logits, pass.loss);
      if (active.empty()) return;
      ball = active.repack(ball);
      x = ascend(ball, active.repack(x), active.repack(pass.gradient), options_.step_size);
    }
    const at::Tensor logits = classifier.logits(x);
    active.record(x, logits, cross_entropy(logits, active.targets()));
  }

  PgdOptions options_;
};

}  // namespace

std::vector<ParameterSpec> pgd_parameters() {
  return {
      norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
      epsilon_parameter(),
      {.name = "step_size",
       .type = ParameterType::fraction,
       .default_value = "2/255",
       .help = "length of a step, pixels in [0,1] (default 0.1 for l2, 1 for l1)",
       .minimum = 0,
       .maximum = 1e6,
       .default_by = {"norm", {{"l2", "0.1"}, {"l1", "1"}}}},
      {.name = "steps",
       .type = ParameterType::integer,
       .default_value = "20",
       .help = "gradient steps of a restart",
       .minimum = 1,
       .maximum = 100000},
      {.name = "restarts",
       .type = ParameterType::integer,
       .default_value = "1",
       .help = "attempts, each from its own random start",
       .minimum = 1,
       .maximum = 100000},
      {.name = "random_start",
       .type = ParameterType::flag,
       .default_value = "true",
       .help = "start from a uniform point of the ball instead of the clean image"},
  };
}

std::unique_ptr<Attack> make_pgd(const Parameters& parameters) {
  const ThreatModel threat = ball_threat(parameters);
  const PgdOptions options{.norm = threat.norm,
                           .epsilon = threat.epsilon->value(),
                           .step_size = parameters.fraction("step_size").value(),
                           .steps = parameters.integer("steps"),
                           .restarts = parameters.integer("restarts"),
                           .random_start = parameters.flag("random_start")};
  if (options.restarts > 1 && !options.random_start)
    throw UsageError("pgd: restarts without a random start would all be the same",
                     "use restarts=1 or random_start=true");
  return std::make_unique<Pgd>(options);
}

}  // namespace vitrobust::attacks
