#include "attacks/fab.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/boundary.h"
#include "attacks/fab_projection.h"
#include "attacks/nearest_set.h"
#include "attacks/objective.h"
#include "attacks/parameters.h"
#include "attacks/random_start.h"
#include "attacks/rows.h"
#include "attacks/side_by_side.h"
#include "core/error.h"

namespace vitrobust::attacks {
namespace {

/// Keeps the weights of the two projections finite (the value of the reference implementation).
constexpr double kSmallestMove = 1e-8;

struct FabOptions {
  std::string name;
  Norm norm;
  std::optional<double> epsilon;
  std::int64_t steps;
  std::int64_t restarts;
  std::int64_t rivals;  ///< other classes that are looked at
  bool targeted;        ///< each in a run of its own
  double alpha_max, eta, beta;
  Mode mode;
};

class Fab final : public Attack {
 public:
  explicit Fab(FabOptions options) : options_(std::move(options)) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    NearestSet set(
        input, classifier, options_.norm, options_.epsilon,
        options_.mode == Mode::early_stop ? NearestSet::Leave::at_once : NearestSet::Leave::when_told);
    if (set.empty()) return std::move(set).finish();
    const at::Tensor logits = classifier.logits(input.images);
    at::Tensor rivals = likeliest_rivals(logits, set.labels(), options_.rivals);
    set.screen(logits);
    rivals = set.repack(rivals);
    for (std::int64_t restart = 0; restart < options_.restarts && !set.empty(); ++restart) {
      const StreamKey key{
          .seed = seed, .condition = options_.name, .restart = static_cast<std::uint32_t>(restart)};
      const std::int64_t runs = options_.targeted ? rivals.size(1) : 1;
      for (std::int64_t run = 0; run < runs && !set.empty();) {
        const std::int64_t count = may_run_side_by_side() && run > 0
                                       ? runs_side_by_side(classifier.rows_at_once(), set.size(), runs - run)
                                       : 1;
        if (count == 1)
          approach(classifier, set, rivals, options_.targeted ? std::optional(run) : std::nullopt, key);
        else
          approach_together(classifier, set, rivals, run, count, key);
        run += count;
      }
    }
    return std::move(set).finish();
  }

  std::int64_t cost() const override {
    const std::int64_t run_passes = options_.targeted ? options_.rivals * 2 : options_.rivals + 1;
    return 1 + options_.restarts * options_.steps * run_passes;
  }

  std::int64_t backward_passes() const override {
    return options_.restarts * options_.steps * options_.rivals;
  }

 private:
  /// A success ends a sample's runs, and until then none of them needs to know what the others found.
  [[nodiscard]] bool may_run_side_by_side() const {
    return options_.mode == Mode::early_stop && options_.epsilon.has_value();
  }

  /// The runs towards the rivals of `count` ranks from `first` on, on copies of the samples.
  void approach_together(const models::Classifier& classifier, NearestSet& set, at::Tensor& rivals,
                         std::int64_t first, std::int64_t count, const StreamKey& key) const {
    const RepeatedInput copies(set.clean(), set.labels(), set.sample_ids(), count);
    NearestSet together(copies.input(), classifier, options_.norm, options_.epsilon,
                        NearestSet::Leave::at_once);
    at::Tensor aims = rivals.narrow(1, first, count).t().reshape({-1, 1});
    approach(classifier, together, aims, std::nullopt, key);
    set.absorb(together);
    rivals = set.repack(rivals);
  }

  /// One run: towards the rival of that rank, or towards the nearest of all.
  void approach(const models::Classifier& classifier, NearestSet& set, at::Tensor& rivals,
                std::optional<std::int64_t> rank, const StreamKey& key) const {
    at::Tensor x = set.clean();
    if (key.restart > 0)
      x = random_start(Ball(options_.norm, *options_.epsilon / 2, x), Start::boundary, set.sample_ids(), key);
    for (std::int64_t step = 0; step < options_.steps && !set.empty(); ++step) {
      const at::Tensor aims = rank ? rivals.narrow(1, *rank, 1) : rivals;
      const Boundary boundary = nearest_boundary(classifier, x, set.labels(), aims, options_.norm);
      set.spend(aims.size(1));
      x = move(x, set.clean(), boundary);
      const at::Tensor adversarial = classifier.search_logits(x, set.labels()).argmax(1).ne(set.labels());
      set.record(x, adversarial);
      const at::Tensor& clean = set.clean();
      rivals = set.repack(rivals);
      const at::Tensor back = per_row(set.repack(adversarial), x);
      x = set.repack(x);
      x = at::where(back, clean + (x - clean) * options_.beta, x);
    }
    if (options_.mode == Mode::reference) {
      set.drop_broken();
      rivals = set.repack(rivals);
    }
  }

  /// The next iterate: beyond the linearised boundary, drawn towards the clean image's own projection.
  [[nodiscard]] at::Tensor move(const at::Tensor& x, const at::Tensor& clean,
                                const Boundary& boundary) const {
    const at::Tensor here = x.to(at::kDouble).flatten(1);
    const at::Tensor origin = clean.to(at::kDouble).flatten(1);
    const at::Tensor w = boundary.gradient.to(at::kDouble).flatten(1);
    const at::Tensor b = (w * here).sum(1) - boundary.gap.to(at::kDouble);
    const at::Tensor step = project_onto_plane(options_.norm, here, w, b);
    const at::Tensor pull = project_onto_plane(options_.norm, origin, w, b);
    const at::Tensor step_size = row_norms(step, options_.norm).clamp_min(kSmallestMove);
    const at::Tensor pull_size = row_norms(pull, options_.norm).clamp_min(kSmallestMove);
    const at::Tensor alpha = (step_size / (step_size + pull_size)).clamp_max(options_.alpha_max).unsqueeze(1);
    const at::Tensor next =
        (here + options_.eta * step) * (1 - alpha) + (origin + options_.eta * pull) * alpha;
    return next.clamp(0, 1).to(x.scalar_type()).view_as(x);
  }

  FabOptions options_;
};

std::vector<ParameterSpec> parameters_with(ParameterSpec rivals) {
  ParameterSpec epsilon = epsilon_parameter();
  epsilon.words = {"none"};
  return {norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
          std::move(epsilon),
          count_parameter("steps", "100", "steps of a run"),
          count_parameter("restarts", "1", "attempts, from the second on from a random start"),
          std::move(rivals),
          amount_parameter("alpha_max", "0.1", "largest weight of the clean image's projection", 0, 1),
          amount_parameter("eta", "1.05", "overshoot beyond the boundary", 0, 10),
          amount_parameter("beta", "0.9", "share of the way that is kept after a success", 0, 1),
          mode_parameter()};
}

std::unique_ptr<Attack> make(const Parameters& parameters, const char* name, const char* rivals) {
  const ThreatModel threat = ball_threat(parameters);
  FabOptions options{.name = std::string("attack/") + name,
                     .norm = threat.norm,
                     .epsilon = threat.radius(),
                     .steps = parameters.integer("steps"),
                     .restarts = parameters.integer("restarts"),
                     .rivals = parameters.integer(rivals),
                     .targeted = std::string_view(rivals) == "targets",
                     .alpha_max = parameters.fraction("alpha_max").value(),
                     .eta = parameters.fraction("eta").value(),
                     .beta = parameters.fraction("beta").value(),
                     .mode = mode_of(parameters)};
  if (options.restarts > 1 && !options.epsilon)
    throw UsageError(std::string(name) + ": restarts start inside the ball, and eps=none has none",
                     "use restarts=1 or give eps");
  return std::make_unique<Fab>(std::move(options));
}

}  // namespace

std::vector<ParameterSpec> fab_parameters() {
  return parameters_with(
      count_parameter("classes", "9", "other classes, the likeliest ones, whose boundaries are looked at"));
}

std::vector<ParameterSpec> fab_t_parameters() {
  return parameters_with(
      count_parameter("targets", "9", "other classes, the likeliest ones, with a run towards each"));
}

std::unique_ptr<Attack> make_fab(const Parameters& parameters) {
  return make(parameters, "fab", "classes");
}

std::unique_ptr<Attack> make_fab_t(const Parameters& parameters) {
  return make(parameters, "fab_t", "targets");
}

}  // namespace vitrobust::attacks
