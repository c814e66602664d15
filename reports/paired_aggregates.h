#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/aggregates.h"
#include "reports/statistics.h"

namespace vitrobust::reports {

/// An aggregate of two runs over the same images and conditions.
struct AggregateComparison {
  std::string id;
  double first = 0;
  double second = 0;
  double difference = 0;  ///< second less first
  /// Empty when no image's score differs between the runs, for then resampling sees no variation.
  std::optional<Interval> ci95;
  std::uint64_t n = 0;  ///< images
  std::uint64_t n_conditions = 0;
  bool lower_is_better = false;
};

/// Differences of all aggregates of two runs, image by image, with 95 % intervals by the percentile bootstrap
/// over images: a resample draws whole images, and with them both runs' outcomes under all conditions, so it
/// goes through the whole formula, mCE's included, and knows that both models find the same images hard.
/// Deterministic: draws as bootstrap_intervals() does.
/// @param first, second of the same cells and, cell by cell, the same samples
/// @throws InternalError when they are not
std::vector<AggregateComparison> compare_aggregates(const Aggregator& first, const Aggregator& second);

}  // namespace vitrobust::reports
