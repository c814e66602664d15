#include "reports/corruption_error.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "reports/aggregates.h"
#include "reports/alexnet_baseline.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::reports {
namespace {

using tests::clean_cell;
using tests::corruption_cell;
using tests::outcome;

/// The means over severities that AugMix (Hendrycks et al., ICLR 2020, arXiv 1912.02781) and many others
/// divide by: they are not where our table was taken from.
const std::map<std::string, double>& published_means() {
  static const std::map<std::string, double> means = {{"gaussian_noise", .886428},
                                                      {"shot_noise", .894468},
                                                      {"impulse_noise", .922640},
                                                      {"defocus_blur", .819880},
                                                      {"glass_blur", .826268},
                                                      {"motion_blur", .785948},
                                                      {"zoom_blur", .798360},
                                                      {"snow", .866816},
                                                      {"frost", .826572},
                                                      {"fog", .819324},
                                                      {"brightness", .564592},
                                                      {"contrast", .853204},
                                                      {"elastic_transform", .646056},
                                                      {"pixelate", .717840},
                                                      {"jpeg_compression", .606500}};
  return means;
}

/// The first `wrong` of n images are wrong.
std::vector<Outcome> outcomes_with(std::uint64_t wrong, std::uint64_t n) {
  std::vector<Outcome> outcomes;
  for (std::uint64_t id = 0; id < n; ++id) outcomes.push_back(outcome(id, id >= wrong));
  return outcomes;
}

/// Every severity of the fifteen; of 10 images, `wrong(corruption index, severity)` are wrong.
template <typename Wrong>
void add_imagenet_c(Aggregator& aggregator, Wrong wrong) {
  std::uint64_t index = 0;
  for (const auto& [name, mean] : published_means()) {
    for (int severity = 1; severity <= 5; ++severity)
      aggregator.add(corruption_cell(name, severity), outcomes_with(wrong(index, severity), 10));
    ++index;
  }
}

const Json* find(const Json& aggregates, const std::string& id) {
  for (const Json& one : aggregates)
    if (one.at("id") == id) return &one;
  return nullptr;
}

TEST(AlexnetBaseline, HasTheFifteenPublishedMeansAndTheExtraFour) {
  std::size_t main = 0;
  for (const BaselineError& baseline : alexnet_errors()) {
    if (baseline.extra) continue;
    ++main;
    EXPECT_NEAR(baseline.sum / 5, published_means().at(std::string(baseline.corruption)), 5e-7);
  }
  EXPECT_EQ(main, 15U);
  EXPECT_EQ(alexnet_errors().size(), 19U);
}

TEST(CorruptionErrors, AreRatiosToTheBaseline) {
  Aggregator aggregator;
  aggregator.compare_with_alexnet("published");
  aggregator.add(clean_cell(), outcomes_with(2, 10));
  const auto wrong = [](std::uint64_t index, int severity) {
    return std::min<std::uint64_t>(10, 2 + (index + static_cast<std::uint64_t>(severity)) % 7);
  };
  add_imagenet_c(aggregator, wrong);
  const Json aggregates = aggregator.aggregates();

  double mce = 0;
  double relative = 0;
  std::uint64_t index = 0;
  for (const auto& [name, mean] : published_means()) {
    double errors = 0;
    for (int severity = 1; severity <= 5; ++severity)
      errors += static_cast<double>(wrong(index, severity)) / 10;
    ++index;
    const Json* ce = find(aggregates, "ce/" + name);
    ASSERT_NE(ce, nullptr);
    EXPECT_NEAR(ce->at("value").get<double>(), errors / (5 * mean), 2e-6) << name;
    EXPECT_EQ(ce->at("baseline"), kAlexnetBaseline);
    EXPECT_EQ(ce->at("protocol"), "published");
    EXPECT_EQ(ce->at("n_conditions"), 5);
    mce += errors / (5 * mean) / 15;
    relative += (errors - 5 * .2) / (5 * (mean - .435)) / 15;
  }
  const Json* found = find(aggregates, "mce");
  ASSERT_NE(found, nullptr);
  EXPECT_NEAR(found->at("value").get<double>(), mce, 2e-6);
  EXPECT_EQ(found->at("n_corruptions"), 15);
  EXPECT_LT(found->at("ci95").at(0).get<double>(), mce);
  EXPECT_GT(found->at("ci95").at(1).get<double>(), mce);
  EXPECT_NEAR(find(aggregates, "relative_mce")->at("value").get<double>(), relative, 1e-5);
}

TEST(CorruptionErrors, OfAModelThatIsAlwaysWrongAreOneOverTheBaseline) {
  Aggregator aggregator;
  aggregator.compare_with_alexnet("memory");
  for (int severity = 1; severity <= 5; ++severity)
    aggregator.add(corruption_cell("fog", severity), outcomes_with(10, 10));
  const Json aggregates = aggregator.aggregates();
  EXPECT_NEAR(find(aggregates, "ce/fog")->at("value").get<double>(), 1 / .819324, 1e-9);
  EXPECT_LE(find(aggregates, "ce/fog")->at("ci95").at(1).get<double>(), 1 / .819324 + 1e-9);
  EXPECT_EQ(find(aggregates, "mce"), nullptr) << "fourteen corruptions are missing";
}

TEST(CorruptionErrors, NeedAllSeverities) {
  Aggregator aggregator;
  aggregator.compare_with_alexnet("memory");
  for (int severity = 1; severity <= 4; ++severity)
    aggregator.add(corruption_cell("fog", severity), outcomes_with(1, 10));
  EXPECT_EQ(find(aggregator.aggregates(), "ce/fog"), nullptr);
}

TEST(CorruptionErrors, AreNullWhenACellFailed) {
  Aggregator aggregator;
  aggregator.compare_with_alexnet("memory");
  add_imagenet_c(aggregator, [](std::uint64_t, int) { return 5; });
  Aggregator broken;
  broken.compare_with_alexnet("memory");
  for (const auto& [name, mean] : published_means()) {
    for (int severity = 1; severity <= 5; ++severity) {
      Cell cell = corruption_cell(name, severity);
      if (name == "snow" && severity == 2) cell.error = "out of memory";
      broken.add(cell, outcomes_with(5, 10));
    }
  }
  const Json aggregates = broken.aggregates();
  EXPECT_FALSE(find(aggregator.aggregates(), "mce")->at("value").is_null());
  EXPECT_TRUE(find(aggregates, "mce")->at("value").is_null());
  EXPECT_TRUE(find(aggregates, "ce/snow")->at("value").is_null());
  EXPECT_THAT(find(aggregates, "ce/snow")->at("conditions_left_out"), testing::SizeIs(1));
  EXPECT_FALSE(find(aggregates, "ce/fog")->at("value").is_null());
}

TEST(CorruptionErrors, LeaveTheExtraFourOutOfMeansOnceTheFifteenAreThere) {
  Aggregator aggregator;
  aggregator.compare_with_alexnet("memory");
  add_imagenet_c(aggregator, [](std::uint64_t, int) { return 5; });
  for (int severity = 1; severity <= 5; ++severity)
    aggregator.add(corruption_cell("saturate", severity), outcomes_with(0, 10));
  aggregator.add(corruption_cell("sparkles", 1), outcomes_with(0, 10));
  const Json aggregates = aggregator.aggregates();
  EXPECT_DOUBLE_EQ(find(aggregates, "mean_corruption_accuracy")->at("value").get<double>(), .5);
  EXPECT_EQ(find(aggregates, "mean_corruption_accuracy")->at("n_conditions"), 75);
  EXPECT_EQ(find(aggregates, "mean_corruption_error_unnormalised")->at("n_corruptions"), 15);
  EXPECT_DOUBLE_EQ(find(aggregates, "ce/saturate")->at("value").get<double>(), 0);
}

TEST(CorruptionErrors, AreOnlyThereWhenAskedFor) {
  Aggregator aggregator;
  add_imagenet_c(aggregator, [](std::uint64_t, int) { return 5; });
  EXPECT_EQ(find(aggregator.aggregates(), "mce"), nullptr);
  EXPECT_EQ(find(aggregator.aggregates(), "ce/fog"), nullptr);
}

}  // namespace
}  // namespace vitrobust::reports
