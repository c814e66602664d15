#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reports/outcome.h"
#include "reports/statistics.h"

namespace vitrobust::reports {

/// One cell of one model under several seeds of the attack (or corruption): a second source of variation
/// beside the choice of images, and a figure of its own for the worst of the seeds.
struct SeedSpread {
  std::uint64_t seeds = 0;
  std::uint64_t n = 0;   ///< samples classified under every seed: what all figures are about
  double mean = 0;       ///< of the accuracies
  double deviation = 0;  ///< their standard deviation, with Bessel's correction; 0 for a single seed
  double lowest = 0;
  double highest = 0;
  /// Samples that were right under every seed: the union of the attacks, at most `lowest`.
  std::uint64_t right_under_all = 0;
  double worst_case = 0;
  Interval worst_case_ci95 = {};  ///< Wilson
};

/// @param outcomes_by_seed of the same cell, each sorted by sample id
/// @return empty when no sample was classified under every seed. Deterministic, whatever the order of seeds.
/// @throws InternalError without a seed
std::optional<SeedSpread> seed_spread(std::span<const std::vector<Outcome>> outcomes_by_seed);

}  // namespace vitrobust::reports
