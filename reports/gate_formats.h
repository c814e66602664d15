#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/terminal.h"
#include "reports/gate.h"

namespace vitrobust::reports {

/// When and where a gate ran, for the formats that have a place for it.
struct GateStamp {
  std::string time;  ///< UTC, "2026-01-31T12:00:00"
  std::string host;
};

/// A way to write a verdict down.
struct GateFormat {
  std::string_view name;
  std::string_view help;
  std::string (*render)(const GateResult& result, const GateStamp& stamp, const Terminal& terminal);
};

/// console, markdown, json, junit, github, github-summary.
std::span<const GateFormat> gate_formats();

std::string gate_console(const GateResult& result, const Terminal& terminal);

/// For a pull request or a step summary (at most about 60 kB; GitHub takes 1 MiB).
std::string gate_markdown(const GateResult& result);

/// Everything, the comparison with its flipped samples included; docs/ci.md explains the fields.
Json gate_json(const GateResult& result);

/// JUnit XML within what Ant's, Jenkins' and Surefire's schemas have in common: a test suite with a test case
/// for every check, FAIL a failure, INCONCLUSIVE skipped, or a failure when the policy has it so.
std::string gate_junit(const GateResult& result, const GateStamp& stamp);

/// GitHub's workflow commands: an annotation for the verdict and one for every rule that does not pass; of
/// more than ten a step, GitHub shows ten.
std::string gate_github(const GateResult& result);

/// "FAIL: quest-v2 against quest: 10 cells, paired by sample, n = 500".
std::string gate_headline(const GateResult& result);

/// A check in one line: "fog s3: −2.1 pp, 95 % CI −2.9…−1.3, worse with p<0.001 after Holm".
std::string check_text(const Check& check);

/// The checks of a rule that a reader should see: those that do not pass, the worst first.
std::vector<const Check*> remarkable(const RuleResult& rule);

}  // namespace vitrobust::reports
