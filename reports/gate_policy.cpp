#include "reports/gate_policy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::reports {
namespace {

struct RuleEntry {
  RuleKind kind;
  std::string_view name;
  /// Keys besides "rule".
  std::vector<std::string> keys;
};

const std::vector<RuleEntry>& rule_table() {
  static const std::vector<RuleEntry> table = {
      {RuleKind::non_inferiority, "non_inferiority", {"margin", "cells"}},
      {RuleKind::floor, "floor", {"at_least", "cells", "aggregates"}},
      {RuleKind::ceiling, "ceiling", {"at_most", "cells", "aggregates"}},
      {RuleKind::no_guard_rail_errors, "no_guard_rail_errors", {}},
      {RuleKind::no_newly_failing_cells, "no_newly_failing_cells", {}},
  };
  return table;
}

const RuleEntry& entry_of(RuleKind kind) {
  return *std::ranges::find(rule_table(), kind, &RuleEntry::kind);
}

/// A key that is none of ours would be a rule that nobody keeps.
void require_known_keys(const Json& object, const std::vector<std::string>& known, const std::string& where) {
  if (!object.is_object()) throw InputError(where, "expected an object, got " + json_type_name(object));
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, key) == known.end())
      throw InputError(where, fmt::format("unknown key '{}'", key), unknown_name_hint(key, known));
}

double number_between(const Json& object, const std::string& key, double low, double high,
                      const std::string& where) {
  const auto number = json_get<double>(object, key, where);
  if (!(number >= low && number <= high))
    throw InputError(where, fmt::format("'{}' should be from {} to {}, got {}", key, low, high, number),
                     "proportions are numbers in [0, 1]: 1 point is 0.01");
  return number;
}

std::vector<std::string> patterns(const Json& object, const std::string& key, const std::string& where) {
  auto found = json_get<std::vector<std::string>>(object, key, where);
  if (found.empty()) throw InputError(where, fmt::format("'{}' is empty: the rule would check nothing", key));
  return found;
}

void parse_bound(const Json& json, const std::string& where, Rule& rule) {
  const bool is_floor = rule.kind == RuleKind::floor;
  const bool of_cells = json.contains("cells");
  if (of_cells == json.contains("aggregates"))
    throw InputError(where, "needs either 'cells' or 'aggregates'");
  if (of_cells) {
    rule.cells = patterns(json, "cells", where);
  } else {
    rule.cells.clear();
    rule.aggregates = patterns(json, "aggregates", where);
  }
  // Accuracies are at most 1; an mCE is a ratio and may be above.
  rule.bound = number_between(json, is_floor ? "at_least" : "at_most", 0, of_cells ? 1 : 100, where);
}

Rule parse_rule(const Json& json, const std::string& where) {
  const auto name = json_get<std::string>(json, "rule", where);
  std::vector<std::string> names;
  for (const RuleEntry& entry : rule_table()) names.emplace_back(entry.name);
  const auto entry = std::ranges::find(rule_table(), name, &RuleEntry::name);
  if (entry == rule_table().end())
    throw InputError(where, fmt::format("unknown rule '{}'", name), unknown_name_hint(name, names));
  std::vector<std::string> keys = entry->keys;
  keys.emplace_back("rule");
  require_known_keys(json, keys, where + " (" + name + ")");
  Rule rule{.kind = entry->kind};
  if (rule.kind == RuleKind::non_inferiority) {
    if (json.contains("margin")) rule.margin = number_between(json, "margin", 0, 1, where);
    if (json.contains("cells")) rule.cells = patterns(json, "cells", where);
  } else if (rule.kind == RuleKind::floor || rule.kind == RuleKind::ceiling) {
    parse_bound(json, where, rule);
  }
  return rule;
}

Json rule_json(const Rule& rule) {
  Json json = {{"rule", to_string(rule.kind)}};
  const bool bound = rule.kind == RuleKind::floor || rule.kind == RuleKind::ceiling;
  if (rule.kind == RuleKind::non_inferiority) json["margin"] = rule.margin;
  if (bound) json[rule.kind == RuleKind::floor ? "at_least" : "at_most"] = rule.bound;
  if (!rule.aggregates.empty())
    json["aggregates"] = rule.aggregates;
  else if (bound || rule.kind == RuleKind::non_inferiority)
    json["cells"] = rule.cells;
  return json;
}

}  // namespace

std::string_view to_string(RuleKind kind) {
  return entry_of(kind).name;
}

Json GatePolicy::to_json() const {
  Json list = Json::array();
  for (const Rule& rule : rules) list.push_back(rule_json(rule));
  return {
      {"alpha", alpha}, {"inconclusive", inconclusive_fails ? "fail" : "pass"}, {"rules", std::move(list)}};
}

GatePolicy default_policy() {
  GatePolicy policy;
  for (const RuleKind kind :
       {RuleKind::non_inferiority, RuleKind::no_guard_rail_errors, RuleKind::no_newly_failing_cells})
    policy.rules.push_back({.kind = kind});
  return policy;
}

GatePolicy parse_policy(const Json& json, const std::string& where) {
  require_known_keys(json, {"alpha", "inconclusive", "rules"}, where);
  GatePolicy policy;
  if (json.contains("alpha")) policy.alpha = number_between(json, "alpha", 1e-6, 0.5, where);
  if (json.contains("inconclusive")) {
    const auto choice = json_get<std::string>(json, "inconclusive", where);
    if (choice != "pass" && choice != "fail")
      throw InputError(where, fmt::format("'inconclusive' is '{}', expected pass or fail", choice));
    policy.inconclusive_fails = choice == "fail";
  }
  const auto rules = json_get<Json>(json, "rules", where);
  if (!rules.is_array() || rules.empty()) throw InputError(where, "'rules' should be a list of rules");
  for (const Json& rule : rules)
    policy.rules.push_back(parse_rule(rule, fmt::format("{}: rule {}", where, policy.rules.size() + 1)));
  return policy;
}

bool matches_pattern(std::string_view text, std::string_view pattern) {
  // Greedy with one step back: the last star takes one character more whenever the rest does not fit.
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken_up_to = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken_up_to = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken_up_to;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace vitrobust::reports
