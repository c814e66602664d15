#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/outcome.h"
#include "reports/paired.h"

namespace vitrobust::reports {

/// A sample that is right in one run and wrong in the other.
struct Flip {
  std::uint64_t sample_id = 0;
  int label = 0;
  int first = -1;  ///< predictions
  int second = -1;
};

/// Two runs' outcomes of one cell, sample by sample.
struct Pairing {
  PairedCounts counts;             ///< of the samples that both classified
  std::vector<Flip> newly_broken;  ///< right in the first, wrong in the second; by sample id
  std::vector<Flip> newly_right;
  std::uint64_t left_out = 0;  ///< samples that only one of them classified
};

/// @param first, second  sorted by sample id
/// @param where named in the error
/// @throws InputError when a sample has two labels: the runs are not of the same data
Pairing pair_outcomes(std::span<const Outcome> first, std::span<const Outcome> second,
                      const std::string& where);

}  // namespace vitrobust::reports
