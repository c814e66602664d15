#include "attacks/square.h"

#include <torch/torch.h>

#include <limits>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/rows.h"
#include "attacks/sample_streams.h"
#include "attacks/square_moves.h"
#include "attacks/square_windows.h"

namespace vitrobust::attacks {
namespace {

/// Queries for which the schedule of windows was made.
constexpr std::int64_t kScheduledQueries = 10000;

struct SquareOptions {
  Norm norm;
  double epsilon;
  std::int64_t queries;
  double p;
  std::int64_t restarts;
  bool rescale_schedule;
};

class Square final : public Attack {
 public:
  explicit Square(const SquareOptions& options) : options_(options) {}

  AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                   std::uint64_t seed) const override {
    ActiveSet active(input, classifier);
    if (active.empty()) return std::move(active).finish();
    active.screen(classifier.logits(input.images));
    for (std::int64_t restart = 0; restart < options_.restarts && !active.empty(); ++restart) {
      const Ball ball(options_.norm, options_.epsilon, active.pack(input.images));
      SampleStreams streams(
          active.sample_ids(),
          {.seed = seed, .condition = "attack/square", .restart = static_cast<std::uint32_t>(restart)});
      search(classifier, active, ball, streams);
    }
    return std::move(active).finish();
  }

  std::int64_t cost() const override { return 1 + options_.restarts * (options_.queries + 1); }
  std::int64_t backward_passes() const override { return 0; }

 private:
  /// One restart.
  void search(const models::Classifier& classifier, ActiveSet& active, Ball ball,
              SampleStreams& streams) const {
    at::Tensor best = square_start(ball, streams);
    const at::Tensor logits = classifier.logits(best);
    at::Tensor best_margin = cw_margin(logits, active.targets());
    active.record(best, logits, best_margin);
    best = active.repack(best);
    best_margin = active.repack(best_margin);
    for (std::int64_t query = 0; query < options_.queries && !active.empty(); ++query) {
      ball = active.repack(ball);
      streams.repack(active);
      try_one(classifier, active, square_proposal(ball, best, share(query), streams), best, best_margin);
    }
  }

  /// One query: takes the proposals that are better than the best.
  static void try_one(const models::Classifier& classifier, ActiveSet& active, const at::Tensor& proposal,
                      at::Tensor& best, at::Tensor& best_margin) {
    const at::Tensor logits = classifier.logits(proposal);
    const at::Tensor margin = cw_margin(logits, active.targets());
    const at::Tensor better = margin.gt(best_margin);
    // What the search rejects is not kept either, a tie included.
    active.record(proposal, logits, margin.masked_fill(better.logical_not(), -kInfinity));
    best = active.repack(at::where(per_row(better, best), proposal, best));
    best_margin = active.repack(at::where(better, margin, best_margin));
  }

  [[nodiscard]] double share(std::int64_t query) const {
    const std::int64_t scheduled =
        options_.rescale_schedule ? query * kScheduledQueries / options_.queries : query;
    return square_share(scheduled, options_.p);
  }

  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  SquareOptions options_;
};

}  // namespace

std::vector<ParameterSpec> square_parameters() {
  return {
      norm_parameter({Norm::linf, Norm::l2, Norm::l1}),
      epsilon_parameter(),
      count_parameter("queries", "5000", "windows tried in a restart", 1e7),
      amount_parameter("p", "0.8", "share of the pixels in the first windows", 1e-6, 1),
      restarts_parameter(),
      {.name = "rescale_schedule",
       .type = ParameterType::flag,
       .default_value = "false",
       .help = "let windows shrink over `queries` as they would over 10000"},
  };
}

std::unique_ptr<Attack> make_square(const Parameters& parameters) {
  const ThreatModel threat = ball_threat(parameters);
  return std::make_unique<Square>(SquareOptions{.norm = threat.norm,
                                                .epsilon = threat.epsilon->value(),
                                                .queries = parameters.integer("queries"),
                                                .p = parameters.fraction("p").value(),
                                                .restarts = parameters.integer("restarts"),
                                                .rescale_schedule = parameters.flag("rescale_schedule")});
}

}  // namespace vitrobust::attacks
