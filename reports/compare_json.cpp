#include "reports/compare_formats.h"

namespace vitrobust::reports {
namespace {

Json interval_json(const Interval& interval) {
  return {interval.low, interval.high};
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json flips_json(const std::vector<Flip>& flips) {
  Json list = Json::array();
  for (const Flip& flip : flips)
    list.push_back({{"id", flip.sample_id},
                    {"label", flip.label},
                    {"baseline", flip.first},
                    {"candidate", flip.second}});
  return list;
}

Json side_json(const Share& share) {
  return {{"correct", share.correct},
          {"n", share.n},
          {"accuracy", static_cast<double>(share.correct) / static_cast<double>(share.n)}};
}

Json cell_json(const Comparison& comparison, const CellComparison& cell) {
  if (!cell.not_compared.empty()) return {{"id", cell.id}, {"not_compared", cell.not_compared}};
  Json json = {{"id", cell.id},
               {"not_compared", nullptr},
               {"paired", cell.paired},
               {"baseline", side_json(cell.first)},
               {"candidate", side_json(cell.second)},
               {"difference", cell.difference},
               {"ci95", interval_json(cell.ci95)},
               {"p", cell.p},
               {"p_adjusted", cell.p_adjusted},
               {"mid_p", or_null(cell.mid_p)},
               {"p_worse", cell.p_worse},
               {"finding", comparison.is_finding(cell)},
               {"smallest_detectable", or_null(cell.smallest_detectable)}};
  if (!cell.paired) return json;
  const PairedCounts& counts = cell.pairing.counts;
  json["both_right"] = counts.both_right;
  json["both_wrong"] = counts.both_wrong;
  json["samples_left_out"] = cell.pairing.left_out;
  json["newly_broken"] = flips_json(cell.pairing.newly_broken);
  json["newly_right"] = flips_json(cell.pairing.newly_right);
  return json;
}

Json aggregate_json(const AggregateComparison& aggregate) {
  return {{"id", aggregate.id},
          {"baseline", aggregate.first},
          {"candidate", aggregate.second},
          {"difference", aggregate.difference},
          {"ci95", aggregate.ci95 ? interval_json(*aggregate.ci95) : Json(nullptr)},
          {"n", aggregate.n},
          {"n_conditions", aggregate.n_conditions},
          {"lower_is_better", aggregate.lower_is_better}};
}

}  // namespace

Json comparison_json(const Comparison& comparison) {
  Json cells = Json::array();
  for (const CellComparison& cell : comparison.cells) cells.push_back(cell_json(comparison, cell));
  Json aggregates = Json::array();
  for (const AggregateComparison& aggregate : comparison.aggregates)
    aggregates.push_back(aggregate_json(aggregate));
  return {{"baseline", comparison.first},
          {"candidate", comparison.second},
          {"paired", comparison.paired},
          {"alpha", comparison.settings.alpha},
          {"correction", to_string(comparison.settings.correction)},
          {"cells", std::move(cells)},
          {"aggregates", std::move(aggregates)},
          {"only_in_baseline", comparison.only_first},
          {"only_in_candidate", comparison.only_second},
          {"notes", comparison.notes}};
}

}  // namespace vitrobust::reports
