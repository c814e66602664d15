#include "reports/stability.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "core/error.h"
#include "reports/aggregates.h"
#include "reports/perturbation_metrics.h"
#include "reports/statistics.h"
#include "tests/reports/sample_reports.h"
#include "tests/temporary_folder.h"

namespace vitrobust::reports {
namespace {

using testing::HasSubstr;
using tests::failed_outcome;
using ::vitrobust::tests::TemporaryFolder;

Cell sequence_cell(const std::string& sequence, int difficulty = 1) {
  Cell cell;
  cell.id = "perturbation/" + sequence + "/" + std::to_string(difficulty);
  cell.kind = CellKind::perturbation;
  cell.condition = {{"name", "perturbation"}, {"sequence", sequence}, {"difficulty", difficulty}};
  return cell;
}

/// Outcomes of samples 0, 1, … with these flip shares; the top-5 distances are ten times as large.
std::vector<Outcome> flipping(const std::vector<double>& flips) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 0; id < flips.size(); ++id)
    outcomes.push_back({.sample_id = id, .flip_share = flips[id], .top5_distance = 10 * flips[id]});
  return outcomes;
}

/// The k-th of the ten sequences, from 1, has an FP of half of 0.05 k.
std::vector<Outcome> outcomes_of_sequence(double k) {
  return flipping({0, 0.05 * k, 0.05 * k, 0});
}

/// And the baseline 0.1 k, and a distance of 4.
PerturbationBaseline baseline_of_all() {
  PerturbationBaseline baseline{.name = "AlexNet", .sequences = {}};
  double k = 0;
  for (const std::string_view name : imagenet_p_perturbations())
    baseline.sequences[std::string(name)] = {.flip_probability = 0.1 * ++k, .top5_distance = 4};
  return baseline;
}

void add_all_ten(Aggregator& aggregator) {
  double k = 0;
  for (const std::string_view name : imagenet_p_perturbations())
    aggregator.add(sequence_cell(std::string(name)), outcomes_of_sequence(++k));
}

const Json* find(const Json& aggregates, const std::string& id) {
  const auto found = std::ranges::find_if(aggregates, [&](const Json& one) { return one.at("id") == id; });
  return found == aggregates.end() ? nullptr : &*found;
}

double value(const Json& aggregates, const std::string& id) {
  const Json* const found = find(aggregates, id);
  if (found == nullptr) throw std::runtime_error("no aggregate " + id);
  return found->at("value").get<double>();
}

TEST(Stability, RowIsTheMeanOverImagesWithItsBootstrapInterval) {
  const std::vector<double> flips = {0, 0.5, 0.25, 0.25};
  const Json row = make_row(sequence_cell("tilt"), flipping(flips));
  EXPECT_DOUBLE_EQ(row.at("flip_probability").get<double>(), 0.25);
  EXPECT_DOUBLE_EQ(row.at("top5_distance").get<double>(), 2.5);
  const Interval expected = bootstrap_interval(flips);
  EXPECT_DOUBLE_EQ(row.at("flip_probability_ci95")[0].get<double>(), expected.low);
  EXPECT_DOUBLE_EQ(row.at("flip_probability_ci95")[1].get<double>(), expected.high);
  EXPECT_LT(row.at("top5_distance_ci95")[0].get<double>(), 2.5);
  EXPECT_GT(row.at("top5_distance_ci95")[1].get<double>(), 2.5);
  for (const char* field : {"correct", "accuracy", "ci95", "top5", "mean_loss"})
    EXPECT_TRUE(row.at(field).is_null()) << field;
}

TEST(Stability, RowOfACellThatFailedHasNoFigures) {
  Cell cell = sequence_cell("tilt");
  cell.error = "out of memory";
  const Json row = make_row(cell, flipping({0, 1}));
  for (const char* field :
       {"flip_probability", "flip_probability_ci95", "top5_distance", "top5_distance_ci95"})
    EXPECT_TRUE(row.at(field).is_null()) << field;
}

TEST(Stability, NoneWithoutSequences) {
  EXPECT_TRUE(stability_aggregates({}, nullptr).empty());
}

TEST(Stability, WithoutABaselineThereAreTheMeansOnly) {
  Aggregator aggregator;
  add_all_ten(aggregator);
  const Json aggregates = aggregator.aggregates();
  ASSERT_EQ(aggregates.size(), 2U);
  // The mean of k is 5.5.
  EXPECT_NEAR(value(aggregates, "mean_flip_probability"), 0.05 * 5.5 / 2, 1e-15);
  EXPECT_NEAR(value(aggregates, "ut5d"), 0.5 * 5.5 / 2, 1e-14);
  EXPECT_EQ(find(aggregates, "ut5d")->at("n_conditions"), 10);
  EXPECT_EQ(find(aggregates, "ut5d")->at("n"), 4);
  EXPECT_FALSE(find(aggregates, "ut5d")->contains("baseline"));
}

TEST(Stability, RatiosToABaseline) {
  Aggregator aggregator;
  aggregator.compare_with(baseline_of_all());
  add_all_ten(aggregator);
  const Json aggregates = aggregator.aggregates();
  // Every FR is 0.025 k / 0.1 k.
  for (const std::string_view name : imagenet_p_perturbations())
    EXPECT_NEAR(value(aggregates, "fr/" + std::string(name)), 0.25, 1e-15);
  EXPECT_NEAR(value(aggregates, "mfr"), 0.25, 1e-15);
  EXPECT_NEAR(value(aggregates, "mt5d"), 0.5 * 5.5 / 2 / 4, 1e-15);
  const Json& mfr = *find(aggregates, "mfr");
  EXPECT_EQ(mfr.at("baseline"), "AlexNet");
  EXPECT_LE(mfr.at("ci95")[0], 0.25);
  EXPECT_GE(mfr.at("ci95")[1], 0.25);
}

TEST(Stability, OfABaselineWithItselfIsOne) {
  Aggregator aggregator;
  aggregator.compare_with({.name = "itself", .sequences = {{"snow", {0.5, 5}}}});
  aggregator.add(sequence_cell("snow"), flipping({0, 1, 0.5}));
  EXPECT_DOUBLE_EQ(value(aggregator.aggregates(), "fr/snow"), 1);
  EXPECT_DOUBLE_EQ(value(aggregator.aggregates(), "t5d/snow"), 1);
}

TEST(Stability, MeanRatiosNeedAllTenInBoth) {
  Aggregator few_cells;
  few_cells.compare_with(baseline_of_all());
  few_cells.add(sequence_cell("snow"), flipping({0, 1}));
  EXPECT_EQ(find(few_cells.aggregates(), "mfr"), nullptr);
  EXPECT_NE(find(few_cells.aggregates(), "fr/snow"), nullptr);
  PerturbationBaseline fewer = baseline_of_all();
  fewer.sequences.erase("scale");
  Aggregator few_baselines;
  few_baselines.compare_with(fewer);
  add_all_ten(few_baselines);
  EXPECT_EQ(find(few_baselines.aggregates(), "mfr"), nullptr);
  EXPECT_EQ(find(few_baselines.aggregates(), "fr/scale"), nullptr);
}

TEST(Stability, OtherDifficultiesDoNotCount) {
  Aggregator aggregator;
  aggregator.add(sequence_cell("snow", 1), flipping({0, 0.5}));
  aggregator.add(sequence_cell("snow", 3), flipping({1, 1}));
  EXPECT_DOUBLE_EQ(value(aggregator.aggregates(), "mean_flip_probability"), 0.25);
}

TEST(Stability, MeansLeaveFailedCellsOutAndMeanRatiosAreNull) {
  Aggregator aggregator;
  aggregator.compare_with(baseline_of_all());
  double k = 0;
  for (const std::string_view name : imagenet_p_perturbations()) {
    Cell cell = sequence_cell(std::string(name));
    if (name == "scale") cell.error = "broken";
    aggregator.add(cell, outcomes_of_sequence(++k));
  }
  const Json aggregates = aggregator.aggregates();
  // k runs from 1 to 9.
  EXPECT_NEAR(value(aggregates, "mean_flip_probability"), 0.05 * 5 / 2, 1e-15);
  EXPECT_EQ(find(aggregates, "mean_flip_probability")->at("conditions_left_out"),
            Json::array({"perturbation/scale/1"}));
  EXPECT_TRUE(find(aggregates, "mfr")->at("value").is_null());
  EXPECT_TRUE(find(aggregates, "fr/scale")->at("value").is_null());
}

TEST(Stability, RunsOverTheImagesThatAllSequencesHave) {
  Aggregator aggregator;
  aggregator.add(sequence_cell("snow"), flipping({0.5, 0.25, 0}));
  std::vector<Outcome> partly = flipping({0.75, 0, 0});
  partly[1] = failed_outcome(1, "unreadable");
  aggregator.add(sequence_cell("tilt"), partly);
  const Json aggregates = aggregator.aggregates();
  EXPECT_EQ(find(aggregates, "mean_flip_probability")->at("n"), 2);
  EXPECT_DOUBLE_EQ(value(aggregates, "mean_flip_probability"), (0.625 + 0) / 2);
}

class BaselineFile : public testing::Test {
 protected:
  PerturbationBaseline read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_perturbation_baseline(path_);
  }

  void expect_refused(const std::string& text, const std::string& message) {
    try {
      read(text);
      FAIL() << text << " was read";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message)) << text;
    }
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() + "/baseline.json";
};

TEST_F(BaselineFile, IsReadAsItIsWritten) {
  const PerturbationBaseline all = baseline_of_all();
  const PerturbationBaseline again = read(dump_json(all.to_json()));
  EXPECT_EQ(again.name, "AlexNet");
  EXPECT_EQ(again.to_json(), all.to_json());
  EXPECT_FALSE(again.find("fog").has_value());
}

TEST_F(BaselineFile, MayBeAReportOfTheBaselinesModel) {
  const std::vector<tests::SampleCell> cells = {{sequence_cell("tilt"), flipping({0, 0.5})},
                                                {sequence_cell("tilt", 2), flipping({1, 1})}};
  const PerturbationBaseline baseline = read(dump_json(tests::report_of("AlexNet", cells)));
  EXPECT_THAT(baseline.name, HasSubstr("AlexNet"));
  ASSERT_EQ(baseline.sequences.size(), 1U);
  EXPECT_DOUBLE_EQ(baseline.sequences.at("tilt").flip_probability, 0.25);
  EXPECT_DOUBLE_EQ(baseline.sequences.at("tilt").top5_distance, 2.5);
}

TEST_F(BaselineFile, BadOnesAreRefused) {
  const std::string figures = R"({"flip_probability": 0.1, "top5_distance": 2})";
  expect_refused("[]", "expected an object");
  expect_refused(R"({"sequences": {}})", "name");
  expect_refused(R"({"name": "A", "sequences": {}})", "holds no perturbation sequence");
  expect_refused(R"({"name": "", "sequences": {"tilt": )" + figures + "}}", "'name' is empty");
  expect_refused(R"({"name": "A", "sequences": {"title": )" + figures + "}}", "'title' is no perturbation");
  expect_refused(R"({"name": "A", "sequences": {"tilt": {"flip_probability": 0.1}}})", "top5_distance");
  expect_refused(R"({"name": "A", "sequences": {"tilt": {"flip_probability": 0, "top5_distance": 1}}})",
                 "'tilt.flip_probability' is 0");
  expect_refused(R"({"name": "A", "sequences": {"tilt": {"flip_probability": 0.5, "top5_distance": 18.5}}})",
                 "'tilt.top5_distance' is 18.5");
  expect_refused(R"({"name": "A", "sequences": {"tilt": 3}})", "tilt");
  std::vector<tests::SampleCell> cells = {{sequence_cell("tilt"), flipping({0, 0.5})}};
  cells[0].cell.n_planned = 5;
  expect_refused(dump_json(tests::report_of("AlexNet", cells)), "failed or was interrupted");
}

}  // namespace
}  // namespace vitrobust::reports
