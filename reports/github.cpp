#include <fmt/format.h>

#include <algorithm>

#include "reports/gate_formats.h"

namespace vitrobust::reports {
namespace {

/// Workflow commands end at a line break; GitHub decodes these escapes, and in properties two more.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
      result += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result;
}

std::string annotation(std::string_view kind, const std::string& title, const std::string& message) {
  return fmt::format("::{} title={}::{}\n", kind, escaped(title, true), escaped(message, false));
}

std::string_view kind_of(Verdict verdict, bool inconclusive_fails) {
  if (verdict == Verdict::pass) return "notice";
  return verdict == Verdict::fail || inconclusive_fails ? "error" : "warning";
}

}  // namespace

std::string gate_github(const GateResult& result) {
  constexpr std::size_t kMostRules = 9;   // GitHub shows ten annotations of a step, and one is the headline
  constexpr std::size_t kMostChecks = 5;  // lines in one annotation
  const bool strict = result.policy.inconclusive_fails;
  std::string text = annotation(kind_of(result.verdict, strict), "vitrobust gate", gate_headline(result));
  std::size_t shown = 0;
  for (const RuleResult& rule : result.rules) {
    if (rule.verdict == Verdict::pass || shown++ >= kMostRules) continue;
    const std::vector<const Check*> checks = remarkable(rule);
    std::string message;
    for (std::size_t i = 0; i < std::min(checks.size(), kMostChecks); ++i)
      message += (i == 0 ? "" : "\n") + check_text(*checks[i]);
    if (checks.size() > kMostChecks) message += fmt::format("\nand {} more", checks.size() - kMostChecks);
    text += annotation(kind_of(rule.verdict, strict),
                       fmt::format("{}: {}", to_string(rule.verdict), rule.title), message);
  }
  return text;
}

}  // namespace vitrobust::reports
