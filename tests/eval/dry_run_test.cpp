#include "eval/dry_run.h"

#include <gmock/gmock.h>

namespace vitrobust::eval {
namespace {

using testing::ContainsRegex;

TEST(DryRun, CountsPassesAndTimes) {
  const std::vector<PlannedCell> plan = make_plan(
      std::vector<ConditionSpec>{parse_condition("clean"), parse_condition("pgd:steps=20,restarts=2")});
  const std::string table = dry_run_table(plan, 1000, {.forward = 0.001, .backward = 0.002});
  EXPECT_THAT(table, ContainsRegex("clean +1,000 +0 +1.0 s"));
  // Two restarts of 20 gradients and a last look, the screening, and the audit's two.
  EXPECT_THAT(table, ContainsRegex("pgd +45,000 +40,000 +2 min 5 s"));
  EXPECT_THAT(table, ContainsRegex("at most, in all +46,000 +40,000 +2 min 6 s"));
}

TEST(DryRun, EveryAttackWithGradientsSaysSo) {
  for (const attacks::AttackEntry& entry : attacks::attack_table()) {
    const auto attack = entry.make(Parameters::resolve({std::string(entry.name), {}}, entry.parameters));
    const bool black_box = entry.name == "square" || entry.name == "spsa";
    EXPECT_EQ(attack->backward_passes() == 0, black_box) << entry.name;
    EXPECT_LE(attack->backward_passes(), attack->cost()) << entry.name;
  }
}

TEST(DurationText, IsShort) {
  EXPECT_EQ(duration_text(0.42), "0.4 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 5 min");
  EXPECT_EQ(duration_text(99.2 * 3600), "4 d 3 h");
}

}  // namespace
}  // namespace vitrobust::eval
