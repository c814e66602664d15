#include "reports/corruption_error.h"

#include <algorithm>
#include <utility>

#include "reports/alexnet_baseline.h"

namespace vitrobust::reports {
namespace {

constexpr int kSeverities = 5;

/// The cells of one corruption by severity; empty unless all five are there.
std::vector<const CellScores*> all_severities(std::span<const CellScores> cells,
                                              std::string_view corruption) {
  std::vector<const CellScores*> found;
  for (int severity = 1; severity <= kSeverities; ++severity) {
    const auto at = std::ranges::find_if(cells, [&](const CellScores& cell) {
      return cell.kind == CellKind::corruption && cell.corruption == corruption && cell.severity == severity;
    });
    if (at == cells.end()) return {};
    found.push_back(&*at);
  }
  return found;
}

ScoredAggregate scored(const std::string& id, const Selection& selection, const std::string& protocol) {
  ScoredAggregate aggregate;
  aggregate.json = aggregate_of(id, selection, selection.used.size());
  aggregate.json["baseline"] = kAlexnetBaseline;
  aggregate.json["protocol"] = protocol;
  // A CE over four severities is no CE: with one of them gone the figure stays null.
  if (selection.left_out.empty()) aggregate.scores.assign(selection.images.size(), 0.0);
  return aggregate;
}

ScoredAggregate corruption_error(const BaselineError& baseline, std::vector<const CellScores*> cells,
                                 const std::string& protocol) {
  const Selection selection = select_cells(std::move(cells));
  ScoredAggregate aggregate = scored("ce/" + std::string(baseline.corruption), selection, protocol);
  if (aggregate.scores.empty()) return aggregate;
  for (const CellScores* cell : selection.used)
    add_score(*cell, selection.images, Count::wrong, 1 / baseline.sum, aggregate.scores);
  aggregate.highest = kSeverities / baseline.sum;
  return aggregate;
}

/// The mean over the fifteen of (Σ error − 5 taken_off) / (Σ AlexNet's error − 5 taken_off_baseline).
struct MeanOfRatios {
  std::vector<const CellScores*> cells;
  std::vector<std::pair<const CellScores*, double>> weights;
  double clean_weight = 0;
  double lowest = 0;
  double highest = 0;

  void add(const BaselineError& baseline, const std::vector<const CellScores*>& severities, double share,
           double clean_error) {
    const double weight = share / (baseline.sum - kSeverities * clean_error);
    for (const CellScores* cell : severities) {
      cells.push_back(cell);
      weights.emplace_back(cell, weight);
    }
    highest += kSeverities * weight;
    if (clean_error == 0) return;
    clean_weight -= kSeverities * weight;
    lowest -= kSeverities * weight;
  }

  [[nodiscard]] ScoredAggregate aggregate(const std::string& id, const CellScores* clean,
                                          const std::string& protocol) const {
    std::vector<const CellScores*> wanted = cells;
    if (clean != nullptr) wanted.push_back(clean);
    const Selection selection = select_cells(wanted);
    ScoredAggregate result = scored(id, selection, protocol);
    result.json["n_corruptions"] = cells.size() / kSeverities;
    result.lowest = lowest;
    result.highest = highest;
    if (result.scores.empty()) return result;
    for (const auto& [cell, weight] : weights)
      add_score(*cell, selection.images, Count::wrong, weight, result.scores);
    if (clean != nullptr) add_score(*clean, selection.images, Count::wrong, clean_weight, result.scores);
    return result;
  }
};

}  // namespace

bool has_imagenet_c(std::span<const CellScores> cells) {
  return std::ranges::all_of(alexnet_errors(), [&](const BaselineError& baseline) {
    return baseline.extra || !all_severities(cells, baseline.corruption).empty();
  });
}

bool is_part_of_mce(const std::string& corruption) {
  return std::ranges::any_of(alexnet_errors(), [&](const BaselineError& baseline) {
    return !baseline.extra && baseline.corruption == corruption;
  });
}

std::vector<ScoredAggregate> corruption_errors(std::span<const CellScores> cells,
                                               const std::string& protocol) {
  std::vector<ScoredAggregate> aggregates;
  MeanOfRatios mce;
  MeanOfRatios relative;
  const bool whole = has_imagenet_c(cells);
  const auto main =
      std::ranges::count_if(alexnet_errors(), [](const BaselineError& baseline) { return !baseline.extra; });
  for (const BaselineError& baseline : alexnet_errors()) {
    const auto severities = all_severities(cells, baseline.corruption);
    if (severities.empty()) continue;
    aggregates.push_back(corruption_error(baseline, severities, protocol));
    if (baseline.extra) continue;
    mce.add(baseline, severities, 1.0 / static_cast<double>(main), 0);
    relative.add(baseline, severities, 1.0 / static_cast<double>(main), kAlexnetCleanError);
  }
  if (!whole) return aggregates;
  aggregates.push_back(mce.aggregate("mce", nullptr, protocol));
  const auto clean = std::ranges::find(cells, CellKind::clean, &CellScores::kind);
  if (clean != cells.end()) aggregates.push_back(relative.aggregate("relative_mce", &*clean, protocol));
  return aggregates;
}

}  // namespace vitrobust::reports
