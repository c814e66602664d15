#include "reports/aggregates.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "core/error.h"
#include "reports/statistics.h"

namespace vitrobust::reports {
namespace {

using CellScores = Aggregator::CellScores;
using CellList = std::vector<const CellScores*>;

/// The cells that an aggregate is about, in the order of their ids, and those of them that it cannot use.
struct Selection {
  CellList used;
  Json left_out = Json::array();
  /// The images classified in every used cell, ascending.
  std::vector<std::uint64_t> images;

  [[nodiscard]] bool empty() const { return used.empty() && left_out.empty(); }
};

std::vector<std::uint64_t> images_in_all(const CellList& cells) {
  if (cells.empty()) return {};
  std::vector<std::uint64_t> common = cells.front()->ids;
  for (const CellScores* cell : cells) {
    std::vector<std::uint64_t> both;
    std::ranges::set_intersection(common, cell->ids, std::back_inserter(both));
    common = std::move(both);
  }
  return common;
}

template <typename Wanted>
Selection select(const std::vector<CellScores>& cells, Wanted wanted) {
  CellList all;
  for (const CellScores& cell : cells) {
    if (wanted(cell.kind)) all.push_back(&cell);
  }
  std::ranges::sort(all, {}, &CellScores::id);
  Selection selection;
  for (const CellScores* cell : all) {
    if (cell->usable)
      selection.used.push_back(cell);
    else
      selection.left_out.push_back(cell->id);
  }
  selection.images = images_in_all(selection.used);
  return selection;
}

/// Adds to counts[i] whether images[i] was right in the cell; the cell has every one of the images.
void count_right(const CellScores& cell, const std::vector<std::uint64_t>& images,
                 std::vector<double>& counts) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    while (cell.ids[at] != images[i]) ++at;
    counts[i] += cell.right[at];
  }
}

/// Per image, the share of the cells in which it was right.
std::vector<double> share_right(const CellList& cells, const std::vector<std::uint64_t>& images) {
  std::vector<double> scores(images.size(), 0.0);
  for (const CellScores* cell : cells) count_right(*cell, images, scores);
  for (double& score : scores) score /= static_cast<double>(cells.size());
  return scores;
}

double mean(const std::vector<double>& scores) {
  CompensatedSum sum;
  for (const double score : scores) sum.add(score);
  return std::clamp(sum.value() / static_cast<double>(scores.size()), 0.0, 1.0);
}

/// What all aggregates have in common, value and interval still null.
Json aggregate_of(std::string_view id, const Selection& selection, std::size_t n_conditions) {
  return {{"id", id},
          {"value", nullptr},
          {"ci95", nullptr},
          {"ci_method", nullptr},
          {"n", selection.images.size()},
          {"n_conditions", n_conditions},
          {"conditions_left_out", selection.left_out}};
}

void set_mean(Json& aggregate, const std::vector<double>& scores) {
  if (scores.empty()) return;
  const Interval interval = bootstrap_interval(scores);
  aggregate["value"] = mean(scores);
  aggregate["ci95"] = {interval.low, interval.high};
  aggregate["ci_method"] = fmt::format("percentile bootstrap over images, {} resamples", kBootstrapResamples);
}

Json mean_corruption_accuracy(const Selection& corruptions) {
  Json aggregate = aggregate_of("mean_corruption_accuracy", corruptions, corruptions.used.size());
  set_mean(aggregate, share_right(corruptions.used, corruptions.images));
  return aggregate;
}

Json mean_corruption_error(const Selection& corruptions) {
  Json aggregate = aggregate_of("mean_corruption_error_unnormalised", corruptions, corruptions.used.size());
  std::map<std::string, CellList> severities;
  for (const CellScores* cell : corruptions.used) severities[cell->corruption].push_back(cell);
  aggregate["n_corruptions"] = severities.size();
  std::vector<double> errors(corruptions.images.size(), 0.0);
  for (const auto& [name, cells] : severities) {
    const std::vector<double> right = share_right(cells, corruptions.images);
    for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += 1 - right[i];
  }
  for (double& error : errors) error /= static_cast<double>(severities.size());
  set_mean(aggregate, errors);
  return aggregate;
}

Json worst_case_accuracy(const Selection& attacks, const Selection& clean_and_attacks) {
  Json aggregate = aggregate_of("worst_case_accuracy", clean_and_attacks, attacks.used.size());
  // Without one attack the figure would be the clean accuracy under another name.
  const std::size_t n = clean_and_attacks.images.size();
  if (attacks.used.empty() || n == 0) return aggregate;
  const auto scores = share_right(clean_and_attacks.used, clean_and_attacks.images);
  const auto survivors = static_cast<std::uint64_t>(std::ranges::count(scores, 1.0));
  const Interval interval = wilson_interval(survivors, n);
  aggregate["value"] = static_cast<double>(survivors) / static_cast<double>(n);
  aggregate["ci95"] = {interval.low, interval.high};
  aggregate["ci_method"] = "Wilson";
  return aggregate;
}

}  // namespace

void Aggregator::add(const Cell& cell, std::span<const Outcome> outcomes) {
  std::vector<std::pair<std::uint64_t, bool>> scores;
  scores.reserve(outcomes.size());
  const bool attacked = cell.kind == CellKind::attack || cell.kind == CellKind::corruption_attack;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.error.empty()) continue;
    const bool right_before = !attacked || outcome.prediction_before == outcome.label;
    scores.emplace_back(outcome.sample_id, outcome.correct() && right_before);
  }
  std::ranges::sort(scores);
  CellScores kept{.id = cell.id, .kind = cell.kind, .corruption = {}, .ids = {}, .right = {}};
  kept.corruption = json_get_or<std::string>(cell.condition, "name", cell.id, "condition of " + cell.id);
  kept.usable =
      cell.error.empty() && !scores.empty() && outcomes.size() >= cell.n_planned.value_or(outcomes.size());
  for (const auto& [id, right] : scores) {
    if (!kept.ids.empty() && kept.ids.back() == id)
      throw InternalError(fmt::format("cell '{}' has two outcomes of sample {}", cell.id, id));
    kept.ids.push_back(id);
    kept.right.push_back(right);
  }
  cells_.push_back(std::move(kept));
}

Json Aggregator::aggregates() const {
  const Selection corruptions = select(cells_, [](CellKind kind) { return kind == CellKind::corruption; });
  const Selection attacks = select(cells_, [](CellKind kind) { return kind == CellKind::attack; });
  const Selection clean_and_attacks =
      select(cells_, [](CellKind kind) { return kind == CellKind::clean || kind == CellKind::attack; });
  Json aggregates = Json::array();
  if (!corruptions.empty()) {
    aggregates.push_back(mean_corruption_accuracy(corruptions));
    aggregates.push_back(mean_corruption_error(corruptions));
  }
  if (!attacks.empty()) aggregates.push_back(worst_case_accuracy(attacks, clean_and_attacks));
  return aggregates;
}

}  // namespace vitrobust::reports
