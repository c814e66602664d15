#include "reports/stability.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "reports/perturbation_metrics.h"

namespace vitrobust::reports {
namespace {

/// One of the two measures of stability and what its figures are called.
struct Measure {
  const char* mean;
  const char* ratio_prefix;
  const char* mean_ratio;
  double largest;
  std::vector<double> CellScores::*scores;
  double SequenceBaseline::*divisor;
};

const Measure kMeasures[] = {
    {"mean_flip_probability", "fr/", "mfr", 1, &CellScores::flips, &SequenceBaseline::flip_probability},
    {"ut5d", "t5d/", "mt5d", kLargestTop5Distance, &CellScores::top5_distances,
     &SequenceBaseline::top5_distance}};

/// A cell and what its scores are multiplied by.
struct Part {
  const CellScores* cell;
  double weight;
};

/// @param whole whether the figure is null unless every cell is usable
ScoredAggregate weighted_sum(const std::string& id, const Measure& measure, std::span<const Part> parts,
                             bool whole) {
  std::vector<const CellScores*> cells;
  for (const Part& part : parts) cells.push_back(part.cell);
  const Selection selection = select_cells(std::move(cells));
  ScoredAggregate aggregate;
  aggregate.json = aggregate_of(id, selection, selection.used.size());
  if (selection.used.empty() || (whole && !selection.left_out.empty())) return aggregate;
  aggregate.scores.assign(selection.images.size(), 0.0);
  aggregate.highest = 0;
  // A mean over fewer cells than were asked for is one over those that are there.
  const double share = static_cast<double>(parts.size()) / static_cast<double>(selection.used.size());
  for (const Part& part : parts) {
    if (!part.cell->usable) continue;
    add_values(*part.cell, selection.images, part.cell->*measure.scores, share * part.weight,
               aggregate.scores);
    aggregate.highest += share * part.weight * measure.largest;
  }
  return aggregate;
}

void add_ratios(const Measure& measure, std::span<const CellScores* const> cells,
                const PerturbationBaseline& baseline, std::vector<ScoredAggregate>& aggregates) {
  const double ten = static_cast<double>(imagenet_p_perturbations().size());
  std::vector<Part> parts;
  for (const CellScores* cell : cells) {
    const auto figures = baseline.find(cell->corruption);
    if (!figures) continue;
    const Part ratio{cell, 1 / ((*figures).*measure.divisor)};
    aggregates.push_back(weighted_sum(measure.ratio_prefix + cell->corruption, measure, {&ratio, 1}, true));
    parts.push_back({cell, ratio.weight / ten});
  }
  if (parts.size() == imagenet_p_perturbations().size())
    aggregates.push_back(weighted_sum(measure.mean_ratio, measure, parts, true));
}

}  // namespace

std::vector<ScoredAggregate> stability_aggregates(std::span<const CellScores> all,
                                                  const PerturbationBaseline* baseline) {
  std::vector<const CellScores*> cells;
  for (const CellScores& cell : all)
    if (cell.kind == CellKind::perturbation && cell.severity == 1) cells.push_back(&cell);
  std::vector<ScoredAggregate> aggregates;
  if (cells.empty()) return aggregates;
  for (const Measure& measure : kMeasures) {
    std::vector<Part> parts;
    for (const CellScores* cell : cells) parts.push_back({cell, 1 / static_cast<double>(cells.size())});
    aggregates.push_back(weighted_sum(measure.mean, measure, parts, false));
    if (baseline == nullptr) continue;
    const std::size_t before = aggregates.size();
    add_ratios(measure, cells, *baseline, aggregates);
    for (std::size_t i = before; i < aggregates.size(); ++i) aggregates[i].json["baseline"] = baseline->name;
  }
  return aggregates;
}

}  // namespace vitrobust::reports
