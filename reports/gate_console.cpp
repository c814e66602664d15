#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/compare_words.h"
#include "reports/gate_formats.h"
#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

/// Checks shown of one rule, and flipped samples of one cell.
constexpr std::size_t kMostChecks = 12;
constexpr std::size_t kMostSamples = 6;
constexpr std::size_t kMostFlippedCells = 5;
constexpr std::size_t kVerdictWidth = 14;

Style style_of(Verdict verdict) {
  return verdict == Verdict::pass ? Style::green : verdict == Verdict::fail ? Style::red : Style::yellow;
}

/// "INCONCLUSIVE  " in colour, padded.
std::string verdict_column(Verdict verdict, const Terminal& terminal) {
  const std::string name(to_string(verdict));
  return styled(terminal, style_of(verdict), name) + std::string(kVerdictWidth - name.size(), ' ');
}

/// Where a cell fails: which samples were lost there.
std::string flips_below(const GateResult& result, std::size_t width) {
  std::string text;
  std::size_t shown = 0;
  for (const CellComparison& cell : result.comparison.cells) {
    const bool failed = std::ranges::any_of(result.rules, [&](const RuleResult& rule) {
      return rule.rule.kind == RuleKind::non_inferiority &&
             std::ranges::any_of(rule.checks, [&](const Check& check) {
               return check.verdict == Verdict::fail && check.about == cell.label;
             });
    });
    if (!failed || cell.pairing.newly_broken.empty() || shown++ >= kMostFlippedCells) continue;
    const std::string line = fmt::format("newly broken on {}: sample {}", cell.label,
                                         flips_text(cell.pairing.newly_broken, kMostSamples));
    for (const std::string& part : wrap(line, width, 2)) text += part + "\n";
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string gate_headline(const GateResult& result) {
  return fmt::format("{}: {} against {}: {}", to_string(result.verdict), result.comparison.second,
                     result.comparison.first, scope_text(result.comparison));
}

std::string check_text(const Check& check) {
  std::string text = check.about.empty() ? check.text : check.about + ": " + check.text;
  if (check.samples_needed)
    text += fmt::format("; about {} samples would tell", about_text(*check.samples_needed));
  return text;
}

std::vector<const Check*> remarkable(const RuleResult& rule) {
  std::vector<const Check*> checks;
  for (const Check& check : rule.checks)
    if (check.verdict != Verdict::pass) checks.push_back(&check);
  std::ranges::stable_sort(checks, std::greater{}, [](const Check* check) { return check->verdict; });
  return checks;
}

std::string gate_console(const GateResult& result, const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(std::max(40, terminal.width));
  const std::string headline = gate_headline(result);
  const std::size_t verdict_length = to_string(result.verdict).size();
  std::string text = styled(terminal, style_of(result.verdict), headline.substr(0, verdict_length)) +
                     headline.substr(verdict_length) + "\n\n";
  for (const RuleResult& rule : result.rules) {
    text += verdict_column(rule.verdict, terminal) + rule.title;
    if (rule.verdict == Verdict::pass && rule.checks.size() > 1)
      text += fmt::format(" ({} checked)", rule.checks.size());
    text += "\n";
    const std::vector<const Check*> checks = remarkable(rule);
    for (std::size_t i = 0; i < std::min(checks.size(), kMostChecks); ++i) {
      for (const std::string& part : wrap(check_text(*checks[i]), width - kVerdictWidth, 2))
        text += std::string(kVerdictWidth, ' ') + part + "\n";
    }
    if (checks.size() > kMostChecks)
      text += std::string(kVerdictWidth, ' ') + fmt::format("and {} more\n", checks.size() - kMostChecks);
  }
  text += flips_below(result, width);
  const bool inconclusive = result.verdict == Verdict::inconclusive;
  if (inconclusive || !result.comparison.notes.empty()) text += "\n";
  if (inconclusive)
    text += result.failed ? "inconclusive counts as failed in this policy\n"
                          : "inconclusive counts as passed in this policy\n";
  for (const std::string& note : result.comparison.notes)
    for (const std::string& part : wrap("note: " + note, width, 2)) text += part + "\n";
  return text;
}

}  // namespace vitrobust::reports
