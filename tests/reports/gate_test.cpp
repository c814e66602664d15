#include "reports/gate.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "reports/gate_formats.h"
#include "tests/reports/approvals.h"
#include "tests/reports/judged_samples.h"

namespace vitrobust::reports {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::JudgedSample;
using tests::SampleCell;

constexpr Terminal kTerminal{.interactive = false, .colour = false, .width = 100};

GateStamp stamp() {
  return {.time = "2026-01-31T12:00:00", .host = "ci"};
}

std::vector<SampleCell> cells(double strength = 0.05, std::uint64_t n = 600) {
  return tests::sample_cells(n, strength);
}

const JudgedSample& baseline() {
  static const JudgedSample run("v1", cells());
  return run;
}
const JudgedSample& worse() {
  static const JudgedSample run("v2", cells(0.0));
  return run;
}

GatePolicy policy_of(const char* text) {
  return parse_policy(parse_json(text, "policy.json"), "policy.json");
}

const RuleResult& rule_of(const GateResult& result, RuleKind kind) {
  return *std::ranges::find_if(result.rules,
                               [kind](const RuleResult& rule) { return rule.rule.kind == kind; });
}

std::string refusal(const RunData& first, const RunData& second,
                    const GatePolicy& policy = default_policy()) {
  try {
    judge(first, second, policy);
  } catch (const InputError& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "judged";
}

TEST(Gate, AnUnchangedModelPassesEverywhere) {
  const JudgedSample candidate("v2", cells());
  const GateResult result = judge(baseline().run(), candidate.run(), default_policy());
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_FALSE(result.failed);
  EXPECT_EQ(result.rules.size(), 3U);
  EXPECT_EQ(result.rules[0].checks.size(), 10U);
}

TEST(Gate, AnUnchangedModelOfFewSamplesIsInconclusiveAndPassesUnlessThePolicySaysOtherwise) {
  const JudgedSample few("v1", cells(0.05, 40));
  GatePolicy policy = default_policy();
  GateResult result = judge(few.run(), few.run(), policy);
  EXPECT_EQ(result.verdict, Verdict::inconclusive);
  EXPECT_FALSE(result.failed);
  for (const Check* check : remarkable(result.rules[0])) {
    ASSERT_TRUE(check->samples_needed.has_value());
    EXPECT_GT(*check->samples_needed, 40U);
  }
  policy.inconclusive_fails = true;
  EXPECT_TRUE(judge(few.run(), few.run(), policy).failed);
}

TEST(Gate, AWorseModelFailsWhereItIsWorseBeyondMarginAndChance) {
  const GateResult result = judge(baseline().run(), worse().run(), default_policy());
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_TRUE(result.failed);
  const RuleResult& rule = rule_of(result, RuleKind::non_inferiority);
  for (std::size_t i = 0; i < rule.checks.size(); ++i) {
    if (rule.checks[i].verdict != Verdict::fail) continue;
    EXPECT_LT(result.comparison.cells[i].difference, -0.01);
    EXPECT_LE(result.comparison.cells[i].p_worse, 0.05);
  }
}

TEST(Gate, AMarginThatAllowsTheDropPasses) {
  const GatePolicy lenient = policy_of(R"({"rules": [{"rule": "non_inferiority", "margin": 0.3}]})");
  EXPECT_EQ(judge(baseline().run(), worse().run(), lenient).verdict, Verdict::pass);
}

TEST(Gate, RulesOfSomeCellsLookAtThoseOnly) {
  const GateResult result =
      judge(baseline().run(), worse().run(),
            policy_of(R"({"rules": [{"rule": "non_inferiority", "cells": ["attack/pgd*8/255*"]}]})"));
  ASSERT_EQ(result.rules[0].checks.size(), 1U);
  EXPECT_NE(result.verdict, Verdict::fail);
}

TEST(Gate, WithoutOutcomesItSaysSoAndIsLessSure) {
  const GateResult result = judge(baseline().report_only(), worse().run(), default_policy());
  EXPECT_FALSE(result.comparison.paired);
  EXPECT_THAT(gate_console(result, kTerminal), HasSubstr("v1 has no outcomes, only its report.json"));
}

TEST(Gate, FloorsAndCeilings) {
  const auto verdict = [&](const char* rule) {
    return judge(baseline().run(), baseline().run(), policy_of(rule)).verdict;
  };
  EXPECT_EQ(verdict(R"({"rules": [{"rule": "floor", "cells": ["clean"], "at_least": 0.9}]})"), Verdict::pass);
  EXPECT_EQ(verdict(R"({"rules": [{"rule": "floor", "cells": ["clean"], "at_least": 0.999}]})"),
            Verdict::fail);
  EXPECT_EQ(verdict(R"({"rules": [{"rule": "floor", "cells": ["attack/pgd*2/255*"], "at_least": 0.3}]})"),
            Verdict::inconclusive);
  EXPECT_EQ(
      verdict(R"({"rules": [{"rule": "floor", "aggregates": ["worst_case_accuracy"], "at_least": 0.5}]})"),
      Verdict::fail);
  EXPECT_EQ(
      verdict(
          R"({"rules": [{"rule": "ceiling", "aggregates": ["mean_corruption_error_*"], "at_most": 0.9}]})"),
      Verdict::pass);
  EXPECT_EQ(verdict(R"({"rules": [{"rule": "ceiling", "cells": ["attack/pgd*8/255*"], "at_most": 0.9}]})"),
            Verdict::pass);
}

TEST(Gate, GuardRailErrorsFail) {
  Json report = baseline().report();
  GuardRail rail{
      .id = "probabilities", .is_error = false, .text = "the model outputs probabilities, not logits"};
  report["guard_rails"] = {rail.to_json()};
  const JudgedSample warned("v2", cells(), report);
  EXPECT_EQ(judge(baseline().run(), warned.run(), default_policy()).verdict, Verdict::pass);
  rail.is_error = true;
  report["guard_rails"].push_back(rail.to_json());
  const JudgedSample caught("v2", cells(), report);
  const GateResult result = judge(baseline().run(), caught.run(), default_policy());
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(rule_of(result, RuleKind::no_guard_rail_errors).checks[0].text,
            "the model outputs probabilities, not logits");
}

TEST(Gate, NewlyFailingCellsAndSamplesFail) {
  std::vector<SampleCell> broken = cells();
  broken[2].cell.error = "out of memory";
  broken[3].outcomes[5] = tests::failed_outcome(5, "logits are not finite");
  broken[4].outcomes.resize(100);
  const JudgedSample candidate("v2", broken);
  const GateResult result = judge(baseline().run(), candidate.run(), default_policy());
  const RuleResult& rule = rule_of(result, RuleKind::no_newly_failing_cells);
  ASSERT_EQ(rule.checks.size(), 3U);
  EXPECT_EQ(check_text(rule.checks[0]), "gaussian_noise s3: failed: out of memory");
  EXPECT_EQ(
      check_text(rule.checks[1]),
      "gaussian_noise s5: 1 samples could not be classified, 0 in the baseline; the first: logits are not "
      "finite");
  EXPECT_EQ(check_text(rule.checks[2]), "jpeg_compression s1: only 100 of 600 samples were evaluated");
  EXPECT_TRUE(result.failed);
  // What failed in the baseline already is not new; but it cannot be said to be no worse.
  const GateResult same = judge(candidate.run(), candidate.run(), default_policy());
  EXPECT_TRUE(rule_of(same, RuleKind::no_newly_failing_cells).checks.empty());
  EXPECT_EQ(rule_of(same, RuleKind::non_inferiority).checks[2].verdict, Verdict::inconclusive);
}

TEST(Gate, RefusesWhatItCannotJudge) {
  std::vector<SampleCell> fewer = cells();
  fewer.pop_back();
  const JudgedSample without("v2", fewer);
  EXPECT_THAT(refusal(baseline().run(), without.run()),
              HasSubstr("v1 has cells that v2 has not: attack/pgd:norm=linf,eps=8/255,steps=20"));
  EXPECT_EQ(refusal(without.run(), baseline().run()), "judged")
      << "more cells than the baseline's are no harm";

  Json report = baseline().report();
  report["dataset"]["fingerprint"] = "sha256:other";
  EXPECT_THAT(refusal(baseline().run(), JudgedSample("v2", cells(), report).run()),
              HasSubstr("v1 and v2 cannot be compared: dataset.fingerprint"));
  report = baseline().report();
  report["rows"] = Json::array();
  const JudgedSample empty("v0", {}, report);
  EXPECT_THAT(refusal(empty.run(), empty.run()), HasSubstr("v0 has no cells: nothing to judge"));
}

TEST(Gate, APatternThatMatchesNothingIsRefused) {
  for (const char* rule : {R"({"rules": [{"rule": "non_inferiority", "cells": ["corruption/fogg/*"]}]})",
                           R"({"rules": [{"rule": "floor", "cells": ["cleen"], "at_least": 0.5}]})",
                           R"({"rules": [{"rule": "ceiling", "aggregates": ["mce"], "at_most": 0.5}]})"})
    EXPECT_THAT(refusal(baseline().run(), baseline().run(), policy_of(rule)),
                AllOf(HasSubstr("the policy's '"), HasSubstr("matches no")))
        << rule;
}

GateResult troubled() {
  std::vector<SampleCell> cells = tests::sample_cells(600, 0.0);
  cells[2].cell.error = "out of memory: 3.2 GB were asked for";
  Json report = tests::report_of("v2", cells);
  const GuardRail rail{
      .id = "zero_gradients", .is_error = true, .text = "100 % of the gradients are zero, in pgd"};
  report["guard_rails"] = {rail.to_json()};
  const JudgedSample candidate("v2", cells, report);
  return judge(baseline().run(), candidate.run(), policy_of(R"({"rules": [
      {"rule": "non_inferiority"}, {"rule": "floor", "cells": ["clean"], "at_least": 0.95},
      {"rule": "no_guard_rail_errors"}, {"rule": "no_newly_failing_cells"}]})"));
}

TEST(GateFormats, Approved) {
  const GateResult result = troubled();
  tests::expect_approved("gate.approved.txt", gate_console(result, kTerminal));
  tests::expect_approved("gate.approved.md", gate_markdown(result));
  tests::expect_approved("gate_junit.approved.xml", gate_junit(result, stamp()));
  tests::expect_approved("gate_github.approved.txt", gate_github(result));
  const GateResult passed = judge(baseline().run(), baseline().run(), default_policy());
  tests::expect_approved("gate_passed.approved.txt", gate_console(passed, kTerminal));
}

TEST(GateFormats, JsonSaysEverything) {
  const GateResult result = troubled();
  const Json json = gate_json(result);
  EXPECT_EQ(json.at("verdict"), "FAIL");
  EXPECT_EQ(json.at("failed"), true);
  EXPECT_EQ(json.at("rules").size(), 4U);
  EXPECT_EQ(json.at("comparison").at("cells").size(), 10U);
  EXPECT_EQ(parse_policy(json.at("policy"), "json").to_json(), json.at("policy"));
}

}  // namespace
}  // namespace vitrobust::reports
