#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace vitrobust::reports {

enum class RuleKind { non_inferiority, floor, ceiling, no_guard_rail_errors, no_newly_failing_cells };

/// "non_inferiority" …, as the policy file has them.
std::string_view to_string(RuleKind kind);

/// One rule of a policy.
struct Rule {
  RuleKind kind = RuleKind::non_inferiority;
  /// non_inferiority, floor, ceiling: which cells, as patterns of their ids in which * stands for anything.
  std::vector<std::string> cells = {"*"};
  /// floor, ceiling: which aggregates, likewise; then no cells.
  std::vector<std::string> aggregates = {};
  /// non_inferiority: how much worse a cell may be, in [0, 1].
  double margin = 0.01;
  /// floor: what the figure must not be below; ceiling: above.
  double bound = 0;
};

/// What `vitrobust gate` demands; docs/ci.md describes the file.
struct GatePolicy {
  double alpha = 0.05;  ///< chance that an unchanged model fails non-inferiority, over all cells
  bool inconclusive_fails = false;
  std::vector<Rule> rules;

  /// The policy's file, defaults filled in.
  [[nodiscard]] Json to_json() const;
};

/// No cell more than 1 point worse, no guard-rail errors, no newly failing cells; inconclusive passes.
GatePolicy default_policy();

/// @param where named in the error, usually the path
/// @throws InputError for what is unknown (with the nearest names), missing or out of range
GatePolicy parse_policy(const Json& json, const std::string& where);

/// Whether the text is of the pattern, in which * stands for any number of characters.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace vitrobust::reports
