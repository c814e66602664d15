#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/compare.h"
#include "reports/gate_policy.h"
#include "reports/run_data.h"

namespace vitrobust::reports {

enum class Verdict { pass, inconclusive, fail };

/// "PASS", "INCONCLUSIVE", "FAIL".
std::string_view to_string(Verdict verdict);

/// What a rule says of one cell, aggregate or run.
struct Check {
  std::string about = {};  ///< "fog s3", "mCE"; empty: of the run as a whole
  Verdict verdict = Verdict::pass;
  std::string text = {};  ///< the figures, in words
  /// Inconclusive checks: samples that would tell, if things are as they look.
  std::optional<std::uint64_t> samples_needed = std::nullopt;
};

struct RuleResult {
  Rule rule;
  std::string title = {};  ///< "no cell more than 1.0 points worse"
  Verdict verdict = Verdict::pass;
  std::vector<Check> checks = {};  ///< in the order of the cells
};

struct GateResult {
  Verdict verdict = Verdict::pass;
  /// Whether the policy makes exit code 1 of the verdict.
  bool failed = false;
  GatePolicy policy;
  std::vector<RuleResult> rules;
  Comparison comparison;
};

/// Judges a candidate against its baseline.
///
/// A cell FAILs non-inferiority when it is worse by more than the margin and by more than chance: the
/// observed drop exceeds the margin, and the one-sided p-value (exact McNemar; the score test without
/// outcomes), corrected by Holm over all cells of the rule, is at most alpha. So an unchanged model fails in
/// any of its cells in at most alpha of all comparisons, however many cells there are and however they depend
/// on each other. It PASSes when the 95 % interval of the difference lies above -margin: the whole run passes
/// only if every cell does, which needs no correction (R. L. Berger, "Multiparameter hypothesis testing and
/// acceptance sampling", Technometrics 24, 1982). Else it is INCONCLUSIVE. A bound PASSes when the 95 %
/// interval lies on the right side of it, FAILs when it lies on the wrong one. Deterministic.
/// @throws InputError when the runs are not comparable, when a cell of the baseline is missing from the
/// candidate, when there is nothing to judge, or when a pattern of the policy matches nothing
GateResult judge(const RunData& baseline, const RunData& candidate, const GatePolicy& policy);

}  // namespace vitrobust::reports
