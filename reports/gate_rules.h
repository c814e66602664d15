#pragma once

#include "reports/gate.h"

namespace vitrobust::reports {

/// What rules look at.
struct RuleContext {
  const RunData& baseline;
  const RunData& candidate;
  const Comparison& comparison;
  const GatePolicy& policy;
};

/// The checks of one rule, without the verdict that they add up to.
/// @throws InputError when a pattern matches nothing
RuleResult apply_rule(const Rule& rule, const RuleContext& context);

}  // namespace vitrobust::reports
