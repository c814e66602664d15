#pragma once

#include <string>
#include <vector>

#include "reports/compare.h"

namespace vitrobust::reports {

/// "97.4": a proportion in percent.
std::string percent_text(double proportion);
/// "+1.8", "−2.0", "0.0": a difference of proportions in percentage points.
std::string points_text(double difference);
/// "0.6…3.0", "−2.5…4.8": an interval of such a difference, in percentage points.
std::string points_text(const Interval& interval);
/// "p=0.004", "p=0.23", "p<0.001", "p=1".
std::string p_text(double p);
/// " after Holm", " after Benjamini–Hochberg"; empty without a correction.
std::string correction_text(Correction correction);
/// "12,345".
std::string count_text(std::uint64_t count);

/// The same, rounded up to two digits that count: "13,000".
std::string about_text(std::uint64_t count);

/// What a reader calls an aggregate: "mean over corruptions", "mCE"; its id where it has no other name.
std::string aggregate_label(const std::string& id);
/// Whether an aggregate belongs in a short table: all but those per corruption and those that say the same
/// twice.
bool is_headline(const AggregateComparison& aggregate);

/// "quest is better on fog s3: +1.8 pp, 95 % CI 0.6…3.0, p=0.004 after Holm".
std::string finding_sentence(const Comparison& comparison, const CellComparison& cell);

/// That there is no finding; empty when there is one, or when nothing was compared.
std::string nothing_found_sentence(const Comparison& comparison);

/// What differences the comparison could have shown; empty unless paired.
std::string power_sentence(const Comparison& comparison);

/// "17 (3→5)": a sample, what was predicted in the first run and in the second; at most `most` of them, then
/// "and 7 more".
std::string flips_text(const std::vector<Flip>& flips, std::size_t most);

/// "10 cells, paired by sample, n = 500".
std::string scope_text(const Comparison& comparison);

}  // namespace vitrobust::reports
