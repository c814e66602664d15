#pragma once

#include <cstdint>

#include "reports/statistics.h"

namespace vitrobust::reports {

/// What two models did with the same samples: a 2×2 table of right and wrong.
struct PairedCounts {
  std::uint64_t both_right = 0;
  std::uint64_t only_first = 0;   ///< right in the first, wrong in the second: newly broken
  std::uint64_t only_second = 0;  ///< wrong in the first, right in the second: newly right
  std::uint64_t both_wrong = 0;

  [[nodiscard]] std::uint64_t n() const { return both_right + only_first + only_second + both_wrong; }
  [[nodiscard]] std::uint64_t discordant() const { return only_first + only_second; }
  [[nodiscard]] std::uint64_t right_in_first() const { return both_right + only_first; }
  [[nodiscard]] std::uint64_t right_in_second() const { return both_right + only_second; }
};

/// Accuracy of the second less accuracy of the first, in [-1, 1]. @throws InternalError when n is 0
double paired_difference(const PairedCounts& counts);

/// Newcombe's interval of paired_difference(): Wilson's intervals of the two accuracies, squared and added,
/// with the correlation of the pairs taken off (R. G. Newcombe, "Improved confidence intervals for the
/// difference between binomial proportions based on paired data", Statistics in Medicine 17, 1998, method
/// 10). Both ends in [-1, 1].
/// @param confidence in (0, 1)
/// @throws InternalError when n is 0 or the confidence is out of range
Interval newcombe_paired_interval(const PairedCounts& counts, double confidence = 0.95);

/// P-values of McNemar's test that the two models are equally often right, given the samples on which they
/// differ (Q. McNemar, Psychometrika 12, 1947). Each in (0, 1]; 1 when they differ on no sample.
struct McNemar {
  /// Exact, two-sided: twice the smaller binomial tail, at most 1.
  double exact = 1;
  /// Two-sided mid-p: half the probability of the outcome itself is left out, so that the test is less timid
  /// than the exact one and about as often right (Fagerland, Lydersen and Laake, BMC Medical Research
  /// Methodology 13:91, 2013).
  double mid_p = 1;
  /// Exact, one-sided: that the second is not worse. Small when it is worse by more than chance.
  double second_is_worse = 1;
};

/// Deterministic; relative error about 1e-12.
McNemar mcnemar(const PairedCounts& counts);

}  // namespace vitrobust::reports
