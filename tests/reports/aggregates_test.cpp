#include "reports/aggregates.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "reports/statistics.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::reports {
namespace {

using tests::attack_cell;
using tests::attacked_outcome;
using tests::clean_cell;
using tests::corruption_cell;
using tests::failed_outcome;
using tests::outcome;

/// Outcomes of samples 0, 1, … from a string of 'r' (right), 'w' (wrong) and 'f' (failed).
std::vector<Outcome> outcomes_of(const std::string& results) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 0; id < results.size(); ++id)
    outcomes.push_back(results[id] == 'f' ? failed_outcome(id, "broken") : outcome(id, results[id] == 'r'));
  return outcomes;
}

std::vector<Outcome> attacked(const std::string& before, const std::string& after) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 0; id < before.size(); ++id)
    outcomes.push_back(attacked_outcome(id, before[id] == 'r', after[id] == 'r'));
  return outcomes;
}

const Json& find(const Json& aggregates, const std::string& id) {
  const auto found = std::ranges::find_if(aggregates, [&](const Json& one) { return one.at("id") == id; });
  if (found == aggregates.end()) throw std::runtime_error("no aggregate " + id);
  return *found;
}

TEST(Aggregates, NoneWithoutCorruptionsAndAttacks) {
  Aggregator aggregator;
  aggregator.add(clean_cell(), outcomes_of("rrw"));
  EXPECT_EQ(aggregator.aggregates(), Json::array());
}

TEST(Aggregates, MeanOverCorruptionCells) {
  Aggregator aggregator;
  aggregator.add(clean_cell(), outcomes_of("rrrr"));
  aggregator.add(corruption_cell("fog", 1), outcomes_of("rrrw"));
  aggregator.add(corruption_cell("fog", 3), outcomes_of("rrww"));
  aggregator.add(corruption_cell("snow", 3), outcomes_of("rwww"));
  const Json accuracy = find(aggregator.aggregates(), "mean_corruption_accuracy");
  EXPECT_DOUBLE_EQ(accuracy.at("value").get<double>(), (0.75 + 0.5 + 0.25) / 3);
  EXPECT_EQ(accuracy.at("n"), 4);
  EXPECT_EQ(accuracy.at("n_conditions"), 3);
  EXPECT_EQ(accuracy.at("conditions_left_out"), Json::array());
  EXPECT_EQ(accuracy.at("ci_method"), "percentile bootstrap over images, 2000 resamples");
  const Interval interval = bootstrap_interval(std::vector<double>{1, 2.0 / 3, 1.0 / 3, 0});
  EXPECT_EQ(accuracy.at("ci95"), (Json{interval.low, interval.high}));
}

TEST(Aggregates, TheErrorAveragesSeveritiesBeforeCorruptions) {
  Aggregator aggregator;
  aggregator.add(corruption_cell("fog", 1), outcomes_of("rrrw"));
  aggregator.add(corruption_cell("fog", 3), outcomes_of("rrww"));
  aggregator.add(corruption_cell("snow", 3), outcomes_of("rwww"));
  const Json error = find(aggregator.aggregates(), "mean_corruption_error_unnormalised");
  EXPECT_DOUBLE_EQ(error.at("value").get<double>(), ((0.25 + 0.5) / 2 + 0.75) / 2);
  EXPECT_EQ(error.at("n_corruptions"), 2);
  EXPECT_EQ(error.at("n_conditions"), 3);
}

TEST(Aggregates, EqualSeveritiesMakeErrorTheComplementOfAccuracy) {
  const Json report = tests::sample_report("standard", 0.1);
  const Json& accuracy = find(report.at("aggregates"), "mean_corruption_accuracy");
  const Json& error = find(report.at("aggregates"), "mean_corruption_error_unnormalised");
  EXPECT_NEAR(error.at("value").get<double>(), 1 - accuracy.at("value").get<double>(), 1e-12);
  EXPECT_NEAR(error.at("ci95")[0].get<double>(), 1 - accuracy.at("ci95")[1].get<double>(), 1e-12);
}

TEST(Aggregates, WorstCaseIsTakenImageByImage) {
  Aggregator aggregator;
  aggregator.add(clean_cell(), outcomes_of("rrrrw"));
  aggregator.add(attack_cell("fgsm", "8/255", 1), attacked("rrrrw", "rrwww"));
  aggregator.add(attack_cell("pgd", "8/255", 20), attacked("rrrrw", "rwrww"));
  const Json worst = find(aggregator.aggregates(), "worst_case_accuracy");
  // Both attacks leave 2 of 5 right, but only the first image survives both.
  EXPECT_EQ(worst.at("value"), 0.2);
  EXPECT_EQ(worst.at("n"), 5);
  EXPECT_EQ(worst.at("n_conditions"), 2);
  EXPECT_EQ(worst.at("ci_method"), "Wilson");
  EXPECT_EQ(worst.at("ci95"), (Json{wilson_interval(1, 5).low, wilson_interval(1, 5).high}));
}

TEST(Aggregates, WorstCaseCountsTheImageBeforeTheAttack) {
  Aggregator aggregator;
  // An attack may by accident put right what was wrong; that is no robustness.
  aggregator.add(attack_cell("fgsm", "8/255", 1), attacked("wr", "rr"));
  EXPECT_EQ(find(aggregator.aggregates(), "worst_case_accuracy").at("value"), 0.5);
}

TEST(Aggregates, RunOverTheImagesClassifiedInAllCells) {
  Aggregator aggregator;
  aggregator.add(corruption_cell("fog", 1), outcomes_of("frrw"));
  aggregator.add(corruption_cell("fog", 2), outcomes_of("rrwf"));
  const Json accuracy = find(aggregator.aggregates(), "mean_corruption_accuracy");
  EXPECT_EQ(accuracy.at("n"), 2);
  EXPECT_EQ(accuracy.at("value"), 0.75);
}

TEST(Aggregates, FailedAndInterruptedCellsAreLeftOutAndNamed) {
  Aggregator aggregator;
  aggregator.add(corruption_cell("fog", 1), outcomes_of("rrwr"));
  Cell failed = corruption_cell("fog", 2);
  failed.error = "out of memory";
  aggregator.add(failed, outcomes_of("ww"));
  Cell interrupted = corruption_cell("fog", 3);
  interrupted.n_planned = 4;
  aggregator.add(interrupted, outcomes_of("ww"));
  aggregator.add(corruption_cell("fog", 4), outcomes_of("ffff"));
  const Json accuracy = find(aggregator.aggregates(), "mean_corruption_accuracy");
  EXPECT_EQ(accuracy.at("value"), 0.75);
  EXPECT_EQ(accuracy.at("n_conditions"), 1);
  EXPECT_EQ(accuracy.at("conditions_left_out"),
            (Json{"corruption/fog/2", "corruption/fog/3", "corruption/fog/4"}));
}

TEST(Aggregates, NothingUsableIsNull) {
  Aggregator aggregator;
  aggregator.add(clean_cell(), outcomes_of("rr"));
  aggregator.add(corruption_cell("fog", 1), outcomes_of("ff"));
  Cell attack = attack_cell("fgsm", "8/255", 1);
  attack.error = "out of memory";
  aggregator.add(attack, {});
  const Json aggregates = aggregator.aggregates();
  ASSERT_EQ(aggregates.size(), 3U);
  for (const Json& aggregate : aggregates) {
    EXPECT_TRUE(aggregate.at("value").is_null()) << aggregate;
    EXPECT_TRUE(aggregate.at("ci95").is_null()) << aggregate;
    EXPECT_EQ(aggregate.at("conditions_left_out").size(), 1U) << aggregate;
  }
}

TEST(Aggregates, DoNotDependOnAnyOrder) {
  auto cells = tests::sample_cells(200, 0.1);
  Aggregator in_order;
  for (const auto& sample : cells) in_order.add(sample.cell, sample.outcomes);
  Aggregator reversed;
  std::ranges::reverse(cells);
  for (auto& sample : cells) {
    std::ranges::reverse(sample.outcomes);
    reversed.add(sample.cell, sample.outcomes);
  }
  EXPECT_EQ(dump_json(reversed.aggregates()), dump_json(in_order.aggregates()));
}

TEST(Aggregates, ASampleTwiceIsABug) {
  Aggregator aggregator;
  EXPECT_THROW(aggregator.add(clean_cell(), std::vector<Outcome>{outcome(1, true), outcome(1, false)}),
               InternalError);
}

}  // namespace
}  // namespace vitrobust::reports
