#include "reports/seeds.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "reports/seed_groups.h"
#include "tests/reports/approvals.h"
#include "tests/reports/judged_samples.h"

namespace vitrobust::reports {
namespace {

using tests::attacked_outcome;

/// Four samples: right under all seeds, under two, under the last only, never.
std::vector<std::vector<Outcome>> three_seeds() {
  std::vector<std::vector<Outcome>> seeds(3);
  const bool right[4][3] = {
      {true, true, true}, {true, false, true}, {false, false, true}, {false, false, false}};
  for (std::uint64_t id = 0; id < 4; ++id)
    for (std::size_t seed = 0; seed < 3; ++seed)
      seeds[seed].push_back(attacked_outcome(id, true, right[id][seed]));
  return seeds;
}

TEST(SeedSpread, MeanDeviationAndRangeOfTheAccuracies) {
  const auto spread = seed_spread(three_seeds());
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(spread->seeds, 3U);
  EXPECT_EQ(spread->n, 4U);
  // Accuracies 0.5, 0.25, 0.75.
  EXPECT_DOUBLE_EQ(spread->mean, 0.5);
  EXPECT_DOUBLE_EQ(spread->deviation, 0.25);
  EXPECT_DOUBLE_EQ(spread->lowest, 0.25);
  EXPECT_DOUBLE_EQ(spread->highest, 0.75);
}

TEST(SeedSpread, TheWorstCaseIsTakenSampleBySample) {
  const auto spread = seed_spread(three_seeds());
  EXPECT_EQ(spread->right_under_all, 1U);
  EXPECT_DOUBLE_EQ(spread->worst_case, 0.25);
  EXPECT_EQ(spread->worst_case_ci95.low, wilson_interval(1, 4).low);
  // Here as low as the worst seed; with the first seed's break in another sample it is below every seed.
  auto seeds = three_seeds();
  seeds[0][0] = attacked_outcome(0, true, false);
  EXPECT_LT(seed_spread(seeds)->worst_case, seed_spread(seeds)->lowest);
}

TEST(SeedSpread, SamplesThatASeedDidNotClassifyAreLeftOut) {
  auto seeds = three_seeds();
  seeds[1][0] = tests::failed_outcome(0, "logits are not finite");
  seeds[2].pop_back();
  const auto spread = seed_spread(seeds);
  EXPECT_EQ(spread->n, 2U);
  EXPECT_DOUBLE_EQ(spread->highest, 1);
  for (Outcome& outcome : seeds[0]) outcome.error = "cannot be decoded";
  EXPECT_FALSE(seed_spread(seeds).has_value());
  EXPECT_THROW(seed_spread({}), InternalError);
}

TEST(SeedSpread, DoesNotDependOnTheOrderOfSeeds) {
  auto seeds = three_seeds();
  const auto before = seed_spread(seeds);
  std::swap(seeds[0], seeds[2]);
  EXPECT_EQ(before->mean, seed_spread(seeds)->mean);
  EXPECT_EQ(before->deviation, seed_spread(seeds)->deviation);
}

TEST(SeedGroups, RunsThatDifferInTheSeedOnlyAreOneModelsSpread) {
  const auto with_seed = [](int seed, double strength) {
    Json report = tests::report_of("quest", tests::sample_cells(50, strength));
    report["config"]["seed"] = seed;
    return tests::JudgedSample("quest " + std::to_string(seed), tests::sample_cells(50, strength), report);
  };
  const tests::JudgedSample zero = with_seed(0, 0.05);
  const tests::JudgedSample one = with_seed(1, 0.06);
  const tests::JudgedSample two = with_seed(2, 0.06);
  Json other_report = one.report();
  other_report["model"]["sha256"] = std::string(64, '0');
  const tests::JudgedSample other("other", tests::sample_cells(50, 0.06), other_report);
  const std::vector<RunData> runs = {zero.run(), other.run(), one.run(), zero.run(), two.report_only()};
  const std::vector<SeedGroup> groups = seed_groups(runs);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].seeds, (std::vector<std::string>{"0", "1"}));
  ASSERT_EQ(groups[0].rows.size(), 10U);
  for (const SeedGroup::Row& row : groups[0].rows)
    EXPECT_LE(row.spread.worst_case, row.spread.lowest) << row.id;
  tests::expect_approved("seeds.approved.txt", seed_console(groups));
  EXPECT_EQ(seed_json(groups)[0].at("cells").size(), 10U);
}

}  // namespace
}  // namespace vitrobust::reports
