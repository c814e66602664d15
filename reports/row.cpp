#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "reports/perturbation_metrics.h"
#include "reports/report.h"
#include "reports/statistics.h"

namespace vitrobust::reports {
namespace {

using OutcomeList = std::vector<const Outcome*>;

/// The outcomes of a cell in the order of their samples: those that have figures, and the others.
struct SortedOutcomes {
  OutcomeList classified;
  OutcomeList failed;
};

SortedOutcomes sort_outcomes(const Cell& cell, std::span<const Outcome> outcomes) {
  OutcomeList all;
  all.reserve(outcomes.size());
  for (const Outcome& outcome : outcomes) all.push_back(&outcome);
  std::ranges::sort(all, {}, &Outcome::sample_id);
  const auto twice = std::ranges::adjacent_find(all, {}, &Outcome::sample_id);
  if (twice != all.end())
    throw InternalError(fmt::format("cell '{}' has two outcomes of sample {}", cell.id, (*twice)->sample_id));
  SortedOutcomes sorted;
  for (const Outcome* outcome : all)
    (outcome->error.empty() ? sorted.classified : sorted.failed).push_back(outcome);
  return sorted;
}

Json finite_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// The share of `count` in `n`, or null where there is nothing to share.
Json share(std::uint64_t count, std::uint64_t n) {
  return n == 0 ? Json(nullptr) : Json(static_cast<double>(count) / static_cast<double>(n));
}

template <typename Figure>
Json mean(const OutcomeList& outcomes, Figure figure) {
  if (outcomes.empty()) return nullptr;
  CompensatedSum sum;
  for (const Outcome* outcome : outcomes) sum.add(static_cast<double>(figure(*outcome)));
  return finite_or_null(sum.value() / static_cast<double>(outcomes.size()));
}

template <typename Predicate>
std::uint64_t count(const OutcomeList& outcomes, Predicate predicate) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      outcomes, [&](const Outcome* outcome) { return std::invoke(predicate, *outcome); }));
}

void add_accuracy(Json& row, const Cell& cell, const OutcomeList& outcomes) {
  const std::uint64_t n = outcomes.size();
  row["correct"] = nullptr;
  row["accuracy"] = nullptr;
  row["ci95"] = nullptr;
  if (n > 0) {
    const std::uint64_t correct = count(outcomes, &Outcome::correct);
    const Interval interval = wilson_interval(correct, n);
    row["correct"] = correct;
    row["accuracy"] = share(correct, n);
    row["ci95"] = {interval.low, interval.high};
  }
  const bool top5_says_something = cell.n_classes == 0 || cell.n_classes > 5;
  row["top5"] = top5_says_something ? share(count(outcomes, &Outcome::top5), n) : Json(nullptr);
  row["mean_loss"] = mean(outcomes, [](const Outcome& outcome) { return outcome.loss; });
}

Json largest_linf(const OutcomeList& outcomes) {
  if (outcomes.empty()) return nullptr;
  double largest = 0;
  for (const Outcome* outcome : outcomes) {
    // std::max would overlook a NaN.
    if (!std::isfinite(outcome->linf)) return nullptr;
    largest = std::max(largest, outcome->linf);
  }
  return largest;
}

/// What the attack did to the samples that were right before it; the others are not attacked, and would
/// only dilute the means.
void add_attack(Json& row, const OutcomeList& outcomes) {
  OutcomeList attacked;
  std::ranges::copy_if(outcomes, std::back_inserter(attacked),
                       [](const Outcome* outcome) { return outcome->prediction_before == outcome->label; });
  const std::uint64_t broken = count(attacked, [](const Outcome& outcome) { return !outcome.correct(); });
  row["clean_correct"] = outcomes.empty() ? Json(nullptr) : Json(attacked.size());
  row["clean_accuracy"] = share(attacked.size(), outcomes.size());
  row["success_rate"] = share(broken, attacked.size());
  row["linf_max"] = largest_linf(outcomes);
  row["l2_mean"] = mean(attacked, [](const Outcome& outcome) { return outcome.l2; });
  row["queries_mean"] = mean(attacked, [](const Outcome& outcome) { return outcome.queries; });
  std::map<std::string, std::uint64_t> by;
  for (const Outcome* outcome : attacked)
    if (!outcome->broken_by.empty()) ++by[outcome->broken_by];
  if (!by.empty()) row["broken_by"] = by;
}

/// How stable the predictions along the sequences are, in place of an accuracy.
void add_stability(Json& row, const OutcomeList& outcomes) {
  row["flip_probability"] = mean(outcomes, [](const Outcome& outcome) { return outcome.flip_share; });
  row["top5_distance"] = mean(outcomes, [](const Outcome& outcome) { return outcome.top5_distance; });
  row["flip_probability_ci95"] = nullptr;
  row["top5_distance_ci95"] = nullptr;
  if (outcomes.empty()) return;
  std::vector<std::vector<double>> scores(2);
  for (const Outcome* outcome : outcomes) {
    scores[0].push_back(outcome->flip_share);
    scores[1].push_back(outcome->top5_distance / kLargestTop5Distance);
  }
  const std::vector<Interval> intervals = bootstrap_intervals(scores);
  row["flip_probability_ci95"] = {intervals[0].low, intervals[0].high};
  row["top5_distance_ci95"] = {intervals[1].low * kLargestTop5Distance,
                               intervals[1].high * kLargestTop5Distance};
}

Json named_failures(const OutcomeList& failed) {
  Json named = Json::array();
  for (std::size_t i = 0; i < std::min(failed.size(), kNamedFailures); ++i)
    named.push_back({{"id", failed[i]->sample_id}, {"error", failed[i]->error}});
  return named;
}

Json notes_of(const Cell& cell, const OutcomeList& classified) {
  Json notes = cell.notes;
  const std::uint64_t endless =
      count(classified, [](const Outcome& outcome) { return !std::isfinite(outcome.loss); });
  if (endless > 0)
    notes.push_back(fmt::format("mean_loss is null: the loss of {} samples is not finite", endless));
  return notes;
}

Json error_of(const Cell& cell, const SortedOutcomes& sorted) {
  if (!cell.error.empty()) return cell.error;
  if (!sorted.classified.empty() || sorted.failed.empty()) return nullptr;
  return fmt::format("none of {} samples could be classified; the first: {}", sorted.failed.size(),
                     sorted.failed.front()->error);
}

}  // namespace

Json make_row(const Cell& cell, std::span<const Outcome> outcomes) {
  const SortedOutcomes sorted = sort_outcomes(cell, outcomes);
  const OutcomeList none;
  // A cell that failed as a whole has outcomes of some samples at best: figures of them would mislead.
  const OutcomeList& shown = cell.error.empty() ? sorted.classified : none;
  Json row = {{"id", cell.id},
              {"kind", to_string(cell.kind)},
              {"condition", cell.condition},
              {"n", sorted.classified.size()},
              {"n_planned", cell.n_planned.value_or(outcomes.size())},
              {"n_failed", sorted.failed.size()},
              {"failed_samples", named_failures(sorted.failed)}};
  // The predictions along a sequence are compared with each other, not with the label.
  add_accuracy(row, cell, cell.kind == CellKind::perturbation ? none : shown);
  if (cell.kind == CellKind::perturbation) add_stability(row, shown);
  if (is_attacked(cell.kind)) add_attack(row, shown);
  row["error"] = error_of(cell, sorted);
  row["notes"] = notes_of(cell, shown);
  return row;
}

}  // namespace vitrobust::reports
