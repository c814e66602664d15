#pragma once

#include <cstdint>

#include "reports/statistics.h"

namespace vitrobust::reports {

/// A share: how many of how many were right.
struct Share {
  std::uint64_t correct = 0;
  std::uint64_t n = 0;
};

/// Newcombe's interval of the accuracy of the second less that of the first, as if their samples had nothing
/// to do with each other: Wilson's intervals of both, squared and added (R. G. Newcombe, "Interval estimation
/// for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10). On the
/// same samples it is too wide, for it cannot know that both find the same samples hard.
/// @throws InternalError when an n is 0 or the confidence is out of range
Interval newcombe_unpaired_interval(const Share& first, const Share& second, double confidence = 0.95);

/// P-values that the two accuracies are equal: the score test with pooled variance, without continuity
/// correction, which is Pearson's chi-squared test of the 2×2 table. In (0, 1]; 1 when both are always right,
/// or never.
struct ScoreTest {
  double two_sided = 1;
  double second_is_worse = 1;  ///< one-sided: small when the second is worse by more than chance
};

/// @throws InternalError when an n is 0
ScoreTest score_test(const Share& first, const Share& second);

}  // namespace vitrobust::reports
