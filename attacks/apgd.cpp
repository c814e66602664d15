#include "attacks/apgd.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>

#include "attacks/active_set.h"
#include "attacks/apgd_run.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/random_start.h"
#include "attacks/side_by_side.h"
#include "attacks/targets.h"

namespace vitrobust::attacks {
namespace {

/// The stages of a restart in l1: radius in multiples of eps; what is left of the steps goes to the last.
constexpr std::array<double, 3> kL1Radii = {3, 2, 1};
constexpr double kL1EarlyShare = 0.3;

struct ApgdOptions {
  Norm norm;
  double epsilon;
  std::int64_t steps;
  std::int64_t restarts;
  std::int64_t targets;  ///< 0: untargeted
  std::int64_t eot;
  Mode mode;
  models::LossFunction loss;
  std::string stream;
};

class Apgd final : public Attack {
 public:
  explicit Apgd(ApgdOptions options) : options_(std::move(options)) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier, options_.mode);
    if (active.empty()) return std::move(active).finish();
    const Objective objective(classifier, options_.loss, options_.eot, options_.mode);
    const at::Tensor logits = classifier.logits(input.images);
    const at::Tensor others = rivals(logits, active.labels());
    active.screen(logits);
    const std::int64_t rounds = is_targeted() ? std::min(options_.targets, others.size(1)) : 1;
    const std::int64_t runs = rounds * options_.restarts;
    for (std::int64_t run = 0; run < runs && !active.empty();) {
      // The first run breaks most of what will be broken: made alone, it wastes no passes on the others.
      const std::int64_t count =
          run == 0 || options_.mode == Mode::reference
              ? 1
              : runs_side_by_side(classifier.rows_at_once(), active.size(), runs - run);
      const at::Tensor clean = active.pack(input.images);
      const at::Tensor aims = is_targeted() ? aims_of(active.pack(others), run, count) : at::Tensor();
      const StreamKey key{.seed = seed, .condition = options_.stream};
      if (count == 1) {
        if (is_targeted()) active.aim(aims);
        attempt(objective, active, clean, key, run);
        active.drop_broken();
      } else {
        const RepeatedInput copies(clean, active.labels(), active.sample_ids(), count);
        ActiveSet together(copies.input(), classifier);
        if (is_targeted()) together.aim(aims);
        attempt(objective, together, copies.input().images, key, run, count);
        active.absorb(together);
      }
      run += count;
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override {
    const std::int64_t starts = options_.norm == Norm::l1 ? 3 : 1;
    return 1 + std::max<std::int64_t>(options_.targets, 1) * options_.restarts * (options_.steps + starts) *
                   options_.eot;
  }

  std::int64_t backward_passes() const override { return cost() - 1; }

 private:
  [[nodiscard]] bool is_targeted() const { return options_.targets > 0; }

  /// What the samples aim at in `count` runs from `run` on, one run after another.
  [[nodiscard]] at::Tensor aims_of(const at::Tensor& others, std::int64_t run, std::int64_t count) const {
    std::vector<at::Tensor> aims;
    for (std::int64_t i = run; i < run + count; ++i) aims.push_back(others.select(1, i / options_.restarts));
    return at::cat(aims);
  }

  /// The starts of `count` runs from `run` on, on copies of the samples, one run after another.
  static at::Tensor starts(const Ball& ball, const ActiveSet& active, StreamKey key, std::int64_t run,
                           std::int64_t count) {
    const std::int64_t samples = active.size() / count;
    const std::vector<std::uint64_t> ids = active.sample_ids();
    std::vector<at::Tensor> points;
    for (std::int64_t i = 0; i < count; ++i) {
      key.restart = static_cast<std::uint32_t>(run + i);
      points.push_back(random_start(ball.select(at::arange(i * samples, (i + 1) * samples, at::kLong)),
                                    Start::boundary, std::span(ids).first(static_cast<std::size_t>(samples)),
                                    key));
    }
    return at::cat(points);
  }

  void attempt(const Objective& objective, ActiveSet& active, const at::Tensor& clean, const StreamKey& key,
               std::int64_t run, std::int64_t count = 1) const {
    if (options_.norm == Norm::l1) return attempt_l1(objective, active, clean, key, run, count);
    const Ball ball(options_.norm, options_.epsilon, clean);
    (void)run_apgd(objective, active, ball, starts(ball, active, key, run, count), options_.steps);
  }

  void attempt_l1(const Objective& objective, ActiveSet& active, const at::Tensor& clean,
                  const StreamKey& key, std::int64_t run, std::int64_t count) const {
    const auto early = static_cast<std::int64_t>(kL1EarlyShare * static_cast<double>(options_.steps));
    const Ball widest(Norm::l1, kL1Radii[0] * options_.epsilon, clean);
    at::Tensor x = starts(widest, active, key, run, count);
    for (const double radius : kL1Radii) {
      const Ball ball = widest.with_epsilon(radius * options_.epsilon);
      const bool is_last = radius == kL1Radii.back();
      x = run_apgd(objective, active, ball, ball.project(x), is_last ? options_.steps - 2 * early : early,
                   is_last ? Iterates::candidates : Iterates::outside_the_threat_model);
    }
  }

  ApgdOptions options_;
};

ApgdOptions common_options(const Parameters& parameters, std::string_view name, std::int64_t targets) {
  const ThreatModel threat = ball_threat(parameters);
  const std::string& loss = parameters.choice("loss");
  return {.norm = threat.norm,
          .epsilon = threat.epsilon->value(),
          .steps = parameters.integer("steps"),
          .restarts = parameters.integer("restarts"),
          .targets = targets,
          .eot = parameters.integer("eot"),
          .mode = mode_of(parameters),
          .loss = loss_named(loss, targets > 0),
          .stream = std::string("attack/").append(name).append("/").append(loss)};
}

}  // namespace

std::vector<ParameterSpec> apgd_parameters() {
  ParameterSpec restarts =
      count_parameter("restarts", "1", "attempts, each from its own random start (default 5 for l1)");
  restarts.default_by = {"norm", {{"l1", "5"}}};
  return {norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
          epsilon_parameter(),
          count_parameter("steps", "100", "iterations of a restart"),
          loss_parameter(),
          std::move(restarts),
          eot_parameter(),
          mode_parameter()};
}

std::unique_ptr<Attack> make_apgd(const Parameters& parameters) {
  return std::make_unique<Apgd>(common_options(parameters, "apgd", 0));
}

std::vector<ParameterSpec> apgd_t_parameters() {
  ParameterSpec loss = loss_parameter();
  loss.default_value = "dlr";
  ParameterSpec targets =
      count_parameter("targets", "9", "classes that are aimed at, nearest first (default 5 for l1)");
  targets.default_by = {"norm", {{"l1", "5"}}};
  return {norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
          epsilon_parameter(),
          count_parameter("steps", "100", "iterations of a restart"),
          std::move(loss),
          std::move(targets),
          count_parameter("restarts", "1", "attempts at each target, each from its own random start"),
          eot_parameter(),
          mode_parameter()};
}

std::unique_ptr<Attack> make_apgd_t(const Parameters& parameters) {
  return std::make_unique<Apgd>(common_options(parameters, "apgd_t", parameters.integer("targets")));
}

}  // namespace vitrobust::attacks
