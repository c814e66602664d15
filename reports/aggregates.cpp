#include "reports/aggregates.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "reports/corruption_error.h"
#include "reports/stability.h"
#include "reports/statistics.h"

namespace vitrobust::reports {
namespace {

double mean(const std::vector<double>& scores) {
  CompensatedSum sum;
  for (const double score : scores) sum.add(score);
  return sum.value() / static_cast<double>(scores.size());
}

ScoredAggregate mean_corruption_accuracy(const Selection& corruptions) {
  ScoredAggregate aggregate;
  aggregate.json = aggregate_of("mean_corruption_accuracy", corruptions, corruptions.used.size());
  aggregate.scores.assign(corruptions.images.size(), 0.0);
  for (const CellScores* cell : corruptions.used)
    add_score(*cell, corruptions.images, Count::right, 1, aggregate.scores);
  for (double& score : aggregate.scores) score /= static_cast<double>(corruptions.used.size());
  return aggregate;
}

ScoredAggregate mean_corruption_error(const Selection& corruptions) {
  ScoredAggregate aggregate;
  aggregate.json = aggregate_of("mean_corruption_error_unnormalised", corruptions, corruptions.used.size());
  std::map<std::string, std::vector<const CellScores*>> severities;
  for (const CellScores* cell : corruptions.used) severities[cell->corruption].push_back(cell);
  aggregate.json["n_corruptions"] = severities.size();
  aggregate.scores.assign(corruptions.images.size(), 0.0);
  for (const auto& [name, cells] : severities) {
    std::vector<double> right(corruptions.images.size(), 0.0);
    for (const CellScores* cell : cells) add_score(*cell, corruptions.images, Count::right, 1, right);
    for (std::size_t i = 0; i < right.size(); ++i)
      aggregate.scores[i] += 1 - right[i] / static_cast<double>(cells.size());
  }
  for (double& error : aggregate.scores) error /= static_cast<double>(severities.size());
  return aggregate;
}

ScoredAggregate worst_case_accuracy(const Selection& attacks, const Selection& clean_and_attacks) {
  ScoredAggregate aggregate;
  aggregate.json = aggregate_of("worst_case_accuracy", clean_and_attacks, attacks.used.size());
  // Without one attack the figure would be the clean accuracy under another name.
  const std::size_t n = clean_and_attacks.images.size();
  if (attacks.used.empty() || n == 0) return aggregate;
  std::vector<double> wrong(n, 0.0);
  for (const CellScores* cell : clean_and_attacks.used)
    add_score(*cell, clean_and_attacks.images, Count::wrong, 1, wrong);
  for (const double times : wrong) aggregate.scores.push_back(times == 0 ? 1 : 0);
  const auto survivors = static_cast<std::uint64_t>(std::ranges::count(wrong, 0.0));
  const Interval interval = wilson_interval(survivors, n);
  aggregate.json["value"] = static_cast<double>(survivors) / static_cast<double>(n);
  aggregate.json["ci95"] = {interval.low, interval.high};
  aggregate.json["ci_method"] = "Wilson";
  return aggregate;
}

/// Fills values and intervals in; aggregates over as many images share their resamples.
void set_means(std::vector<ScoredAggregate>& aggregates) {
  std::map<std::size_t, std::vector<ScoredAggregate*>> by_images;
  for (ScoredAggregate& aggregate : aggregates)
    if (!aggregate.scores.empty()) by_images[aggregate.scores.size()].push_back(&aggregate);
  for (const auto& [n, group] : by_images) {
    std::vector<std::vector<double>> units;
    for (const ScoredAggregate* aggregate : group) {
      const double range = aggregate->highest - aggregate->lowest;
      units.push_back(aggregate->scores);
      for (double& score : units.back()) score = std::clamp((score - aggregate->lowest) / range, 0.0, 1.0);
    }
    const std::vector<Interval> intervals = bootstrap_intervals(units);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const double low = group[i]->lowest;
      const double range = group[i]->highest - low;
      group[i]->json["value"] = std::clamp(mean(group[i]->scores), low, group[i]->highest);
      group[i]->json["ci95"] = {low + range * intervals[i].low, low + range * intervals[i].high};
      group[i]->json["ci_method"] =
          fmt::format("percentile bootstrap over images, {} resamples", kBootstrapResamples);
    }
  }
}

}  // namespace

void Aggregator::add(const Cell& cell, std::span<const Outcome> outcomes) {
  const bool attacked = is_attacked(cell.kind);
  const bool sequence = cell.kind == CellKind::perturbation;
  std::vector<const Outcome*> classified;
  classified.reserve(outcomes.size());
  for (const Outcome& outcome : outcomes)
    if (outcome.error.empty()) classified.push_back(&outcome);
  std::ranges::sort(classified, {}, &Outcome::sample_id);
  CellScores kept{.id = cell.id, .kind = cell.kind};
  const std::string where = "condition of " + cell.id;
  kept.corruption = json_get_or<std::string>(cell.condition, sequence ? "sequence" : "name", cell.id, where);
  kept.severity = json_get_or<int>(cell.condition, sequence ? "difficulty" : "severity", 0, where);
  kept.usable = cell.error.empty() && !classified.empty() &&
                outcomes.size() >= cell.n_planned.value_or(outcomes.size());
  for (const Outcome* outcome : classified) {
    if (!kept.ids.empty() && kept.ids.back() == outcome->sample_id)
      throw InternalError(
          fmt::format("cell '{}' has two outcomes of sample {}", cell.id, outcome->sample_id));
    kept.ids.push_back(outcome->sample_id);
    const bool right_before = !attacked || outcome->prediction_before == outcome->label;
    kept.right.push_back(outcome->correct() && right_before);
    if (!sequence) continue;
    kept.flips.push_back(outcome->flip_share);
    kept.top5_distances.push_back(outcome->top5_distance);
  }
  cells_.push_back(std::move(kept));
}

std::vector<const CellScores*> Aggregator::of_kinds(std::initializer_list<CellKind> kinds) const {
  std::vector<const CellScores*> found;
  for (const CellScores& cell : cells_)
    if (std::ranges::find(kinds, cell.kind) != kinds.end()) found.push_back(&cell);
  return found;
}

std::vector<const CellScores*> Aggregator::averaged_corruptions() const {
  std::vector<const CellScores*> cells = of_kinds({CellKind::corruption});
  if (has_imagenet_c(cells_))
    std::erase_if(cells, [](const CellScores* cell) { return !is_part_of_mce(cell->corruption); });
  return cells;
}

std::vector<ScoredAggregate> Aggregator::means() const {
  std::vector<ScoredAggregate> means;
  const std::vector<const CellScores*> corruptions = averaged_corruptions();
  if (!corruptions.empty()) {
    const Selection selection = select_cells(corruptions);
    means.push_back(mean_corruption_accuracy(selection));
    means.push_back(mean_corruption_error(selection));
  }
  if (protocol_)
    for (ScoredAggregate& error : corruption_errors(cells_, *protocol_)) means.push_back(std::move(error));
  for (ScoredAggregate& figure : stability_aggregates(cells_, baseline_ ? &*baseline_ : nullptr))
    means.push_back(std::move(figure));
  return means;
}

std::optional<ScoredAggregate> Aggregator::worst_case() const {
  const std::vector<const CellScores*> attacks = of_kinds({CellKind::attack});
  if (attacks.empty()) return std::nullopt;
  return worst_case_accuracy(select_cells(attacks),
                             select_cells(of_kinds({CellKind::clean, CellKind::attack})));
}

Json Aggregator::aggregates() const {
  std::vector<ScoredAggregate> figures = means();
  set_means(figures);
  if (std::optional<ScoredAggregate> worst = worst_case()) figures.push_back(std::move(*worst));
  Json aggregates = Json::array();
  for (ScoredAggregate& figure : figures) aggregates.push_back(std::move(figure.json));
  return aggregates;
}

std::vector<ScoredAggregate> Aggregator::scored() const {
  std::vector<ScoredAggregate> figures = means();
  if (std::optional<ScoredAggregate> worst = worst_case()) figures.push_back(std::move(*worst));
  return figures;
}

}  // namespace vitrobust::reports
