#include "reports/paired_aggregates.h"

#include <algorithm>
#include <map>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

/// An aggregate's difference image by image, and what it can be at most, either way.
struct Differences {
  std::vector<double> by_image;
  double largest = 1;
  std::size_t aggregate = 0;  ///< its place in the result
};

double mean(const std::vector<double>& scores) {
  CompensatedSum sum;
  for (const double score : scores) sum.add(score);
  return sum.value() / static_cast<double>(scores.size());
}

bool is_accuracy(const std::string& id) {
  return id.ends_with("_accuracy");
}

Differences differences_of(const ScoredAggregate& first, const ScoredAggregate& second) {
  Differences differences;
  differences.largest = first.highest - first.lowest;
  for (std::size_t i = 0; i < first.scores.size(); ++i)
    differences.by_image.push_back(second.scores[i] - first.scores[i]);
  return differences;
}

/// Sets the intervals of aggregates over equally many images, which share their resamples.
void set_intervals(const std::vector<const Differences*>& group, std::vector<AggregateComparison>& result) {
  std::vector<std::vector<double>> units;
  for (const Differences* differences : group) {
    units.push_back(differences->by_image);
    for (double& score : units.back()) score = std::clamp((score / differences->largest + 1) / 2, 0.0, 1.0);
  }
  const std::vector<Interval> intervals = bootstrap_intervals(units);
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double largest = group[i]->largest;
    result[group[i]->aggregate].ci95 = {.low = (2 * intervals[i].low - 1) * largest,
                                        .high = (2 * intervals[i].high - 1) * largest};
  }
}

}  // namespace

std::vector<AggregateComparison> compare_aggregates(const Aggregator& first, const Aggregator& second) {
  const std::vector<ScoredAggregate> of_first = first.scored();
  const std::vector<ScoredAggregate> of_second = second.scored();
  if (of_first.size() != of_second.size()) throw InternalError("aggregates of different cells");
  std::vector<AggregateComparison> result;
  std::vector<Differences> all;
  for (std::size_t i = 0; i < of_first.size(); ++i) {
    const ScoredAggregate& a = of_first[i];
    const ScoredAggregate& b = of_second[i];
    if (a.json.at("id") != b.json.at("id") || a.scores.size() != b.scores.size())
      throw InternalError("aggregates of different cells or samples");
    if (a.scores.empty()) continue;
    all.push_back(differences_of(a, b));
    all.back().aggregate = result.size();
    const auto id = a.json.at("id").get<std::string>();
    result.push_back({.id = id,
                      .first = mean(a.scores),
                      .second = mean(b.scores),
                      .difference = mean(all.back().by_image),
                      .ci95 = std::nullopt,
                      .n = a.scores.size(),
                      .n_conditions = a.json.at("n_conditions"),
                      .lower_is_better = !is_accuracy(id)});
  }
  std::map<std::size_t, std::vector<const Differences*>> by_images;
  for (const Differences& differences : all) {
    const auto [lowest, highest] = std::ranges::minmax(differences.by_image);
    if (lowest != highest) by_images[differences.by_image.size()].push_back(&differences);
  }
  for (const auto& [n, group] : by_images) set_intervals(group, result);
  return result;
}

}  // namespace vitrobust::reports
