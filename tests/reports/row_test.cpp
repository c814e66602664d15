#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "reports/report.h"
#include "reports/statistics.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;
using tests::attack_cell;
using tests::attacked_outcome;
using tests::clean_cell;
using tests::corruption_cell;
using tests::failed_outcome;
using tests::outcome;

TEST(Row, CountsAndAverages) {
  std::vector<Outcome> outcomes = {outcome(0, true), outcome(1, true), outcome(2, false), outcome(3, true)};
  outcomes[2].top5 = false;
  const Json row = make_row(corruption_cell("fog", 3), outcomes);
  EXPECT_EQ(row.at("id"), "corruption/fog/3");
  EXPECT_EQ(row.at("kind"), "corruption");
  EXPECT_EQ(row.at("condition"), (Json{{"name", "fog"}, {"severity", 3}}));
  EXPECT_EQ(row.at("n"), 4);
  EXPECT_EQ(row.at("n_planned"), 4);
  EXPECT_EQ(row.at("n_failed"), 0);
  EXPECT_EQ(row.at("correct"), 3);
  EXPECT_EQ(row.at("accuracy"), 0.75);
  EXPECT_EQ(row.at("ci95"), (Json{wilson_interval(3, 4).low, wilson_interval(3, 4).high}));
  EXPECT_EQ(row.at("top5"), 0.75);
  EXPECT_EQ(row.at("mean_loss"), (3 * 0.125 + 1.5) / 4);
  EXPECT_TRUE(row.at("error").is_null());
  EXPECT_FALSE(row.contains("success_rate"));
}

TEST(Row, Top5SaysNothingAmongFiveClasses) {
  Cell cell = clean_cell();
  const std::vector<Outcome> outcomes = {outcome(0, true)};
  cell.n_classes = 5;
  EXPECT_TRUE(make_row(cell, outcomes).at("top5").is_null());
  cell.n_classes = 6;
  EXPECT_EQ(make_row(cell, outcomes).at("top5"), 1.0);
}

TEST(Row, AttackFiguresAreOfTheSamplesThatWereRightBefore) {
  std::vector<Outcome> outcomes = {attacked_outcome(0, true, false), attacked_outcome(1, true, true),
                                   attacked_outcome(2, true, false), attacked_outcome(3, false, false)};
  outcomes[1].l2 = 2.75;
  outcomes[1].queries = 50;
  const Json row = make_row(attack_cell("pgd", "8/255", 20), outcomes);
  EXPECT_EQ(row.at("kind"), "attack");
  EXPECT_EQ(row.at("correct"), 1);
  EXPECT_EQ(row.at("clean_correct"), 3);
  EXPECT_EQ(row.at("clean_accuracy"), 0.75);
  EXPECT_DOUBLE_EQ(row.at("success_rate").get<double>(), 2.0 / 3);
  EXPECT_EQ(row.at("linf_max"), 0.03125);
  EXPECT_DOUBLE_EQ(row.at("l2_mean").get<double>(), (1.25 + 2.75 + 1.25) / 3);
  EXPECT_EQ(row.at("queries_mean"), 30);
}

TEST(Row, NothingToAttackLeavesNull) {
  const std::vector<Outcome> outcomes = {attacked_outcome(0, false, false)};
  const Json row = make_row(attack_cell("fgsm", "8/255", 1), outcomes);
  EXPECT_EQ(row.at("clean_accuracy"), 0.0);
  EXPECT_EQ(row.at("linf_max"), 0.0);
  for (const char* key : {"success_rate", "l2_mean", "queries_mean"})
    EXPECT_TRUE(row.at(key).is_null()) << key;
}

TEST(Row, CorruptionFollowedByAttackHasAttackFigures) {
  Cell cell = attack_cell("fgsm", "8/255", 1);
  cell.kind = CellKind::corruption_attack;
  const std::vector<Outcome> outcomes = {attacked_outcome(0, true, false)};
  const Json row = make_row(cell, outcomes);
  EXPECT_EQ(row.at("kind"), "corruption+attack");
  EXPECT_EQ(row.at("success_rate"), 1.0);
}

TEST(Row, FailedSamplesAreNamedAndNotCounted) {
  const std::vector<Outcome> outcomes = {outcome(0, true), failed_outcome(7, "cat/3.png: cannot be decoded"),
                                         outcome(2, false)};
  const Json row = make_row(clean_cell(), outcomes);
  EXPECT_EQ(row.at("n"), 2);
  EXPECT_EQ(row.at("n_planned"), 3);
  EXPECT_EQ(row.at("n_failed"), 1);
  EXPECT_EQ(row.at("accuracy"), 0.5);
  const Json named = Json::array({{{"id", 7}, {"error", "cat/3.png: cannot be decoded"}}});
  EXPECT_EQ(row.at("failed_samples"), named);
  EXPECT_TRUE(row.at("error").is_null());
}

TEST(Row, NamesTheFirstTwentyFailuresInTheOrderOfTheSamples) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 30; id-- > 0;) outcomes.push_back(failed_outcome(id, "no such file"));
  outcomes.push_back(outcome(100, true));
  const Json row = make_row(clean_cell(), outcomes);
  EXPECT_EQ(row.at("n_failed"), 30);
  ASSERT_EQ(row.at("failed_samples").size(), kNamedFailures);
  EXPECT_EQ(row.at("failed_samples").front().at("id"), 0);
  EXPECT_EQ(row.at("failed_samples").back().at("id"), 19);
}

void expect_no_figures(const Json& row) {
  for (const char* key : {"correct", "accuracy", "ci95", "top5", "mean_loss", "clean_correct",
                          "clean_accuracy", "success_rate", "linf_max", "l2_mean", "queries_mean"})
    EXPECT_TRUE(row.at(key).is_null()) << key;
}

TEST(Row, AllSamplesFailed) {
  const std::vector<Outcome> outcomes = {failed_outcome(1, "second"), failed_outcome(0, "first")};
  const Json row = make_row(attack_cell("fgsm", "8/255", 1), outcomes);
  expect_no_figures(row);
  EXPECT_EQ(row.at("n"), 0);
  EXPECT_EQ(row.at("error"), "none of 2 samples could be classified; the first: first");
}

TEST(Row, AFailedCellHasAnErrorAndNoFigures) {
  Cell cell = attack_cell("fgsm", "8/255", 1);
  cell.error = "out of memory";
  const std::vector<Outcome> outcomes = {attacked_outcome(0, true, true)};
  const Json row = make_row(cell, outcomes);
  expect_no_figures(row);
  EXPECT_EQ(row.at("error"), "out of memory");
  EXPECT_EQ(row.at("n"), 1);
}

TEST(Row, AnEmptyCellIsNoError) {
  Cell cell = attack_cell("fgsm", "8/255", 1);
  cell.n_planned = 10;
  const Json row = make_row(cell, {});
  expect_no_figures(row);
  EXPECT_EQ(row.at("n"), 0);
  EXPECT_EQ(row.at("n_planned"), 10);
  EXPECT_TRUE(row.at("error").is_null());
}

TEST(Row, DoesNotDependOnTheOrderOfTheOutcomes) {
  std::vector<Outcome> outcomes;
  PhiloxSource random({.seed = 3, .condition = "outcomes"});
  for (std::uint64_t id = 0; id < 500; ++id) {
    outcomes.push_back(attacked_outcome(id, random.uniform() < 0.8, random.uniform() < 0.3));
    outcomes.back().loss = random.uniform() * 20;
    outcomes.back().l2 = random.uniform();
  }
  const Cell cell = attack_cell("pgd", "8/255", 20);
  const std::string in_order = dump_json(make_row(cell, outcomes));
  for (std::size_t i = outcomes.size(); i > 1; --i)
    std::swap(outcomes[i - 1], outcomes[random.integer(static_cast<std::uint32_t>(i))]);
  EXPECT_EQ(dump_json(make_row(cell, outcomes)), in_order);
}

TEST(Row, FiguresThatAreNotFiniteAreNullAndSaidSo) {
  std::vector<Outcome> outcomes = {attacked_outcome(0, true, true), attacked_outcome(1, true, true)};
  outcomes[0].loss = std::numeric_limits<double>::infinity();
  outcomes[0].linf = std::numeric_limits<double>::quiet_NaN();
  outcomes[1].l2 = std::numeric_limits<double>::quiet_NaN();
  Cell cell = attack_cell("fgsm", "8/255", 1);
  cell.notes = {"a note"};
  const Json row = make_row(cell, outcomes);
  for (const char* key : {"mean_loss", "linf_max", "l2_mean"}) EXPECT_TRUE(row.at(key).is_null()) << key;
  ASSERT_EQ(row.at("notes").size(), 2U);
  EXPECT_EQ(row.at("notes")[0], "a note");
  EXPECT_THAT(row.at("notes")[1].get<std::string>(), HasSubstr("the loss of 1 samples is not finite"));
  EXPECT_NO_THROW(dump_json(row));
}

TEST(Row, ASampleTwiceIsABug) {
  const std::vector<Outcome> outcomes = {outcome(4, true), outcome(3, true), outcome(4, false)};
  EXPECT_THROW(make_row(clean_cell(), outcomes), InternalError);
}

}  // namespace
}  // namespace vitrobust::reports
