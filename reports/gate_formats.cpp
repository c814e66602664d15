#include "reports/gate_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/compare_formats.h"
#include "reports/compare_words.h"
#include "reports/text_table.h"

namespace vitrobust::reports {
namespace {

constexpr std::size_t kMostChecks = 50;

std::string_view symbol(Verdict verdict) {
  return verdict == Verdict::pass ? "✅" : verdict == Verdict::fail ? "❌" : "❔";
}

Json check_json(const Check& check) {
  return {{"about", check.about},
          {"verdict", to_string(check.verdict)},
          {"text", check.text},
          {"samples_needed", check.samples_needed ? Json(*check.samples_needed) : Json(nullptr)}};
}

std::string console(const GateResult& result, const GateStamp&, const Terminal& terminal) {
  return gate_console(result, terminal);
}
std::string markdown_page(const GateResult& result, const GateStamp&, const Terminal&) {
  return gate_markdown(result);
}
std::string json(const GateResult& result, const GateStamp&, const Terminal&) {
  return dump_json(gate_json(result));
}
std::string junit(const GateResult& result, const GateStamp& stamp, const Terminal&) {
  return gate_junit(result, stamp);
}
std::string github(const GateResult& result, const GateStamp&, const Terminal&) {
  return gate_github(result);
}

constexpr std::array<GateFormat, 6> kFormats = {
    {{"console", "for people", console},
     {"markdown", "for a pull request", markdown_page},
     {"json", "everything, every flipped sample included", json},
     {"junit", "JUnit XML, which CI servers show as tests", junit},
     {"github", "annotations of a GitHub workflow, to stdout", github},
     {"github-summary", "Markdown, appended to the step summary of a GitHub workflow", markdown_page}}};

}  // namespace

std::span<const GateFormat> gate_formats() {
  return kFormats;
}

std::string gate_markdown(const GateResult& result) {
  std::string text = fmt::format("## {} vitrobust gate: {}\n\n", symbol(result.verdict),
                                 markdown_text(gate_headline(result)));
  TextTable rules{.header = {"rule", "verdict", "checked", "failed", "inconclusive"}, .rows = {}};
  for (const RuleResult& rule : result.rules) {
    const auto number = [&](Verdict verdict) {
      return std::to_string(std::ranges::count(rule.checks, verdict, &Check::verdict));
    };
    rules.rows.push_back({rule.title, fmt::format("{} {}", symbol(rule.verdict), to_string(rule.verdict)),
                          std::to_string(rule.checks.size()), number(Verdict::fail),
                          number(Verdict::inconclusive)});
  }
  text += markdown(rules) + "\n";
  for (const RuleResult& rule : result.rules) {
    const std::vector<const Check*> checks = remarkable(rule);
    if (!checks.empty()) text += fmt::format("**{}**\n\n", markdown_text(rule.title));
    for (std::size_t i = 0; i < std::min(checks.size(), kMostChecks); ++i)
      text += fmt::format("- {} {} {}\n", symbol(checks[i]->verdict), to_string(checks[i]->verdict),
                          markdown_text(check_text(*checks[i])));
    if (checks.size() > kMostChecks) text += fmt::format("- and {} more\n", checks.size() - kMostChecks);
    if (!checks.empty()) text += "\n";
  }
  if (result.verdict == Verdict::inconclusive)
    text += result.failed ? "- inconclusive counts as failed in this policy\n"
                          : "- inconclusive counts as passed in this policy\n";
  for (const std::string& note : result.comparison.notes) text += "- note: " + markdown_text(note) + "\n";
  return text;
}

Json gate_json(const GateResult& result) {
  Json rules = Json::array();
  for (const RuleResult& rule : result.rules) {
    Json checks = Json::array();
    for (const Check& check : rule.checks) checks.push_back(check_json(check));
    rules.push_back({{"rule", to_string(rule.rule.kind)},
                     {"title", rule.title},
                     {"verdict", to_string(rule.verdict)},
                     {"checks", std::move(checks)}});
  }
  return {{"schema_version", 1},       {"verdict", to_string(result.verdict)},
          {"failed", result.failed},   {"policy", result.policy.to_json()},
          {"rules", std::move(rules)}, {"comparison", comparison_json(result.comparison)}};
}

}  // namespace vitrobust::reports
