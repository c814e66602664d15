#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/multiplicity.h"
#include "reports/paired_aggregates.h"
#include "reports/pairing.h"
#include "reports/run_data.h"
#include "reports/unpaired.h"

namespace vitrobust::reports {

struct CompareSettings {
  double alpha = 0.05;  ///< of the findings, after correction
  Correction correction = Correction::holm;
  bool aggregates = true;  ///< their bootstraps take most of the time
};

/// One cell of two runs. Differences are the second's accuracy less the first's, in [-1, 1].
struct CellComparison {
  std::string id;
  std::string label;  ///< what a reader calls it: "fog s3"
  /// Why there are no figures below; empty when there are.
  std::string not_compared;
  /// Sample by sample; otherwise the two runs are taken for independent.
  bool paired = false;
  Share first, second;  ///< paired: of the samples that both classified
  Pairing pairing;      ///< empty unless paired
  double difference = 0;
  Interval ci95 = {.low = -1, .high = 1};  ///< Newcombe's, paired or not
  double p = 1;                            ///< two-sided: exact McNemar, or the score test
  std::optional<double> mid_p;             ///< McNemar's; paired only
  double p_worse = 1;                      ///< one-sided: small when the second is worse
  double p_adjusted = 1;                   ///< p, corrected for the number of cells
  /// The smallest difference that so many samples, on which the runs disagree so often, would show with 80 %
  /// power before any correction; empty when none would, and unless paired.
  std::optional<double> smallest_detectable;
};

/// Two runs. The first is the baseline.
struct Comparison {
  std::string first, second;  ///< names
  CompareSettings settings;
  bool paired = false;                ///< both runs have outcomes
  std::vector<CellComparison> cells;  ///< that both have, in the order of the first
  std::vector<AggregateComparison>
      aggregates;  ///< over the cells compared; empty unless paired and asked for
  std::vector<std::string> only_first, only_second;  ///< ids of cells that only one of them has
  std::vector<std::string> notes;                    ///< what a reader should know

  /// Whether the corrected p-value of a cell makes it a finding.
  [[nodiscard]] bool is_finding(const CellComparison& cell) const {
    return cell.not_compared.empty() && cell.p_adjusted <= settings.alpha;
  }
};

/// Compares two runs that require_comparable() has let pass. Reads one cell of each at a time. Deterministic.
/// @throws InputError when outcomes cannot be read or labels differ
Comparison compare_runs(const RunData& first, const RunData& second, const CompareSettings& settings);

/// Corrects the p-values of all cells of all comparisons as one family.
void correct_together(std::span<Comparison> comparisons);

}  // namespace vitrobust::reports
