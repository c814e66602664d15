#include "attacks/square.h"

#include <torch/torch.h>

#include <algorithm>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/losses.h"
#include "attacks/parameters.h"
#include "attacks/sample_streams.h"
#include "attacks/square_moves.h"
#include "attacks/square_search.h"
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
  void search(const models::Classifier& classifier, ActiveSet& active, const Ball& ball,
              SampleStreams& streams) const {
    const at::Tensor start = square_start(ball, streams);
    const at::Tensor logits = classifier.logits(start);
    const at::Tensor margin = cw_margin(logits, active.targets());
    active.record(start, logits, margin);
    SquareSearch state(classifier, active, {ball, start, margin, logits});
    streams.repack(active);
    for (std::int64_t query = 0; query < options_.queries && !active.empty();) {
      const std::int64_t ahead =
          std::clamp<std::int64_t>(classifier.rows_at_once() / active.size(), 1, options_.queries - query);
      std::vector<SquareMove> moves;
      const double window = share(query);
      for (std::int64_t i = 0; i < ahead && share(query + i) == window; ++i)
        moves.push_back(draw_square_move(state.ball(), window, streams));
      query += static_cast<std::int64_t>(moves.size());
      state.advance(moves, streams);
    }
  }

  [[nodiscard]] double share(std::int64_t query) const {
    const std::int64_t scheduled =
        options_.rescale_schedule ? query * kScheduledQueries / options_.queries : query;
    return square_share(scheduled, options_.p);
  }

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
