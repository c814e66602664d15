#include "reports/seeds.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

/// The sum does not depend on the order of the seeds.
double mean_of(std::vector<double> values) {
  std::ranges::sort(values);
  CompensatedSum sum;
  for (const double value : values) sum.add(value);
  return sum.value() / static_cast<double>(values.size());
}

}  // namespace

std::optional<SeedSpread> seed_spread(std::span<const std::vector<Outcome>> outcomes_by_seed) {
  if (outcomes_by_seed.empty()) throw InternalError("a spread over no seeds");
  const std::size_t seeds = outcomes_by_seed.size();
  // How many seeds classified each sample, and whether each was right.
  std::map<std::uint64_t, std::vector<bool>> right_by_sample;
  for (const std::vector<Outcome>& outcomes : outcomes_by_seed)
    for (const Outcome& outcome : outcomes)
      if (outcome.error.empty()) right_by_sample[outcome.sample_id].push_back(outcome.correct());
  std::erase_if(right_by_sample, [seeds](const auto& sample) { return sample.second.size() != seeds; });
  if (right_by_sample.empty()) return std::nullopt;

  SeedSpread spread{.seeds = seeds, .n = right_by_sample.size()};
  std::vector<double> accuracies(seeds, 0.0);
  for (const auto& [id, right] : right_by_sample) {
    for (std::size_t seed = 0; seed < seeds; ++seed) accuracies[seed] += right[seed] ? 1 : 0;
    if (std::ranges::find(right, false) == right.end()) ++spread.right_under_all;
  }
  for (double& accuracy : accuracies) accuracy /= static_cast<double>(spread.n);
  spread.mean = mean_of(accuracies);
  spread.lowest = std::ranges::min(accuracies);
  spread.highest = std::ranges::max(accuracies);
  if (seeds > 1) {
    std::vector<double> squares;
    for (const double accuracy : accuracies)
      squares.push_back((accuracy - spread.mean) * (accuracy - spread.mean));
    spread.deviation =
        std::sqrt(mean_of(squares) * static_cast<double>(seeds) / static_cast<double>(seeds - 1));
  }
  spread.worst_case = static_cast<double>(spread.right_under_all) / static_cast<double>(spread.n);
  spread.worst_case_ci95 = wilson_interval(spread.right_under_all, spread.n);
  return spread;
}

}  // namespace vitrobust::reports
