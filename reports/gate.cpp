#include "reports/gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/terminal.h"
#include "reports/comparability.h"
#include "reports/gate_rules.h"

namespace vitrobust::reports {
namespace {

/// Something to judge, and nothing missing: a cell that was not evaluated must not pass for one that is no
/// worse.
void require_cells(const RunData& baseline, const RunData& candidate) {
  if (baseline.view.rows.empty()) throw InputError({}, baseline.name + " has no cells: nothing to judge");
  std::vector<std::string> missing;
  for (const RowView& row : baseline.view.rows)
    if (find_row(candidate.view, row.id) == nullptr) missing.push_back(row.id);
  if (missing.empty()) return;
  constexpr std::size_t kMost = 3;
  const std::size_t hidden = missing.size() > kMost ? missing.size() - kMost : 0;
  missing.resize(missing.size() - hidden);
  if (hidden > 0) missing.push_back(fmt::format("{} more", hidden));
  throw InputError({},
                   printable(fmt::format("{} has cells that {} has not: {}", baseline.name, candidate.name,
                                         fmt::join(missing, ", "))),
                   "evaluate the candidate under the baseline's suite");
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "PASS";
    case Verdict::inconclusive:
      return "INCONCLUSIVE";
    case Verdict::fail:
      return "FAIL";
  }
  throw InternalError("an unknown verdict");
}

GateResult judge(const RunData& baseline, const RunData& candidate, const GatePolicy& policy) {
  require_cells(baseline, candidate);
  require_comparable(baseline, candidate);
  GateResult result;
  result.policy = policy;
  result.comparison = compare_runs(
      baseline, candidate, {.alpha = policy.alpha, .correction = Correction::holm, .aggregates = false});
  const RuleContext context{baseline, candidate, result.comparison, policy};
  for (const Rule& rule : policy.rules) {
    RuleResult judged = apply_rule(rule, context);
    for (const Check& check : judged.checks) judged.verdict = std::max(judged.verdict, check.verdict);
    result.verdict = std::max(result.verdict, judged.verdict);
    result.rules.push_back(std::move(judged));
  }
  result.failed = result.verdict == Verdict::fail ||
                  (result.verdict == Verdict::inconclusive && policy.inconclusive_fails);
  return result;
}

}  // namespace vitrobust::reports
