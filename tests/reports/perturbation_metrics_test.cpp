#include "reports/perturbation_metrics.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "reports/statistics.h"

namespace vitrobust::reports {
namespace {

constexpr FramePairs kFirst{.with_first = true};
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Top5Of, OrdersByScoreThenByClass) {
  EXPECT_EQ(top5_of(std::vector<float>{0, 5, 1, 4, 2, 3, -1}), (Top5{1, 3, 5, 4, 2}));
  EXPECT_EQ(top5_of(std::vector<float>{1, 1, 2, 1, 1, 1, 1}), (Top5{2, 0, 1, 3, 4}));
  EXPECT_EQ(top5_of(std::vector<float>{1, 3, 2}), (Top5{1, 2, 0, -1, -1}));
  EXPECT_EQ(top5_of(std::vector<float>{kNan, -1, kNan, 7, 7}), (Top5{3, 4, 1, 0, 2}));
  EXPECT_EQ(top5_of({}), (Top5{-1, -1, -1, -1, -1}));
}

TEST(FlipShare, ComparesWithThePreviousOrTheFirstFrame) {
  const std::vector<std::int32_t> predictions = {3, 3, 4, 4, 3};
  EXPECT_DOUBLE_EQ(flip_share(predictions, {}), 2.0 / 4);
  EXPECT_DOUBLE_EQ(flip_share(predictions, kFirst), 2.0 / 4);
  EXPECT_DOUBLE_EQ(flip_share(std::vector<std::int32_t>{1, 2, 2, 2}, {}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(flip_share(std::vector<std::int32_t>{1, 2, 2, 2}, kFirst), 1);
  EXPECT_DOUBLE_EQ(flip_share(std::vector<std::int32_t>{9, 9}, {}), 0);
  const std::vector<Top5> frames = {{3, 1, 2, 4, 5}, {3, 2, 1, 4, 5}, {1, 3, 2, 4, 5}};
  EXPECT_DOUBLE_EQ(flip_share(frames, {}), 0.5);
}

TEST(FlipShare, AtHigherDifficultyComparesFramesFartherApart) {
  // Pairs two apart: 0-2, 1-3, 2-4; the even and the odd frames never mix.
  const std::vector<std::int32_t> alternating = {1, 2, 1, 2, 1};
  EXPECT_DOUBLE_EQ(flip_share(alternating, {.step = 1}), 1);
  EXPECT_DOUBLE_EQ(flip_share(alternating, {.step = 2}), 0);
  EXPECT_DOUBLE_EQ(flip_share(alternating, {.step = 3}), 1);
  EXPECT_DOUBLE_EQ(flip_share(alternating, {.with_first = true, .step = 2}), 0.5);
}

TEST(FlipShare, NeedsTwoFrames) {
  EXPECT_THROW(flip_share(std::vector<std::int32_t>{1}, {}), InternalError);
  EXPECT_THROW(flip_share(std::vector<std::int32_t>{1, 2}, {.step = 2}), InternalError);
  EXPECT_THROW(flip_share(std::vector<std::int32_t>{1, 2}, {.step = 0}), InternalError);
  EXPECT_THROW(flip_share(std::vector<std::int32_t>{}, kFirst), InternalError);
}

TEST(Top5Distance, CountsRanksByHand) {
  const Top5 before = {0, 1, 2, 3, 4};
  EXPECT_EQ(top5_distance(before, before), 0);
  EXPECT_EQ(top5_distance(before, {1, 0, 2, 3, 4}), 2);
  EXPECT_EQ(top5_distance(before, {4, 3, 2, 1, 0}), 4 + 2 + 0 + 2 + 4);
  // Another class takes the fifth place: 4 goes from rank 4 to 5.
  EXPECT_EQ(top5_distance(before, {0, 1, 2, 3, 9}), 1);
  // Another takes the first, all move down.
  EXPECT_EQ(top5_distance(before, {9, 0, 1, 2, 3}), 5);
  EXPECT_EQ(top5_distance(before, {5, 6, 7, 8, 9}), 5 + 4 + 3 + 2 + 1);
  EXPECT_EQ(top5_distance(before, {4, 6, 7, 8, 9}), 5 + 4 + 3 + 2 + 4);
  EXPECT_EQ(top5_distance({9, 0, 1, 2, 3}, before), 5 + 1 + 1 + 1 + 1);
  EXPECT_EQ(top5_distance({0, 1, 2, -1, -1}, {2, 1, 0, -1, -1}), 4);
}

TEST(Top5Distance, HasItsLargestValue) {
  std::array<std::int32_t, 10> classes;
  std::iota(classes.begin(), classes.end(), 0);
  double largest = 0;
  do {
    const Top5 after = {classes[0], classes[1], classes[2], classes[3], classes[4]};
    largest = std::max(largest, top5_distance({0, 1, 2, 3, 4}, after));
    // The order of the rest makes no difference.
    std::reverse(classes.begin() + 5, classes.end());
  } while (std::next_permutation(classes.begin(), classes.end()));
  EXPECT_EQ(largest, kLargestTop5Distance);
}

/// The definition over all ranks: Σ_{i ≤ 5} |(i - 1) - min(σ(i) - 1, 5)|, with σ(i) the rank afterwards of
/// the class that was ranked i.
double by_definition(const std::vector<float>& before, const std::vector<float>& after) {
  const auto rank = [](const std::vector<float>& scores, std::size_t of) {
    int better = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
      better += scores[i] > scores[of] || (scores[i] == scores[of] && i < of);
    return better;
  };
  double sum = 0;
  for (std::size_t i = 0; i < before.size(); ++i)
    if (rank(before, i) < 5) sum += std::abs(rank(before, i) - std::min(rank(after, i), 5));
  return sum;
}

TEST(Top5Distance, IsTheDefinitionsForRandomScoresWithTies) {
  PhiloxSource random({.seed = 1, .condition = "test/top5", .sample_id = 0, .restart = 0});
  for (int round = 0; round < 500; ++round) {
    const std::size_t classes = 2 + random.integer(12);
    std::vector<float> before(classes);
    std::vector<float> after(classes);
    for (float& score : before) score = static_cast<float>(random.integer(8));
    for (float& score : after) score = static_cast<float>(random.integer(8));
    EXPECT_EQ(top5_distance(top5_of(before), top5_of(after)), by_definition(before, after));
  }
}

TEST(MeanTop5Distance, AveragesOverPairs) {
  const Top5 a = {0, 1, 2, 3, 4};
  const Top5 b = {1, 0, 2, 3, 4};
  const Top5 c = {5, 6, 7, 8, 9};
  EXPECT_DOUBLE_EQ(mean_top5_distance(std::vector<Top5>{a, b, c}, {}), (2 + 15) / 2.0);
  EXPECT_DOUBLE_EQ(mean_top5_distance(std::vector<Top5>{a, b, a}, {.step = 2}), 0);
  EXPECT_DOUBLE_EQ(mean_top5_distance(std::vector<Top5>{a, b, a, b}, kFirst), 4.0 / 3);
}

std::vector<PerturbationScores> all_ten() {
  std::vector<PerturbationScores> all;
  double flips = 0;
  for (const std::string_view name : imagenet_p_perturbations()) {
    flips += 0.05;
    all.push_back({.perturbation = std::string(name), .flips = {0, flips, flips, 0}, .top5_distances = {}});
    all.back().top5_distances = {1, 2, 3, 10 * flips};
  }
  return all;
}

std::vector<PerturbationBaseline> baselines() {
  std::vector<PerturbationBaseline> all;
  double value = 0;
  for (const std::string_view name : imagenet_p_perturbations()) {
    value += 0.1;
    all.push_back({.perturbation = std::string(name), .flip_probability = value, .top5_distance = 4});
  }
  return all;
}

TEST(Stability, IsTheMeanOverImagesWithItsBootstrapInterval) {
  const PerturbationScores scores{
      .perturbation = "tilt", .flips = {0, 0.5, 0.25, 0.25}, .top5_distances = {0, 15, 3, 6}};
  const Estimate flips = stability(scores, StabilityMeasure::flips);
  EXPECT_DOUBLE_EQ(flips.value, 0.25);
  EXPECT_EQ(flips.n, 4U);
  const Interval expected = bootstrap_interval(scores.flips);
  EXPECT_DOUBLE_EQ(flips.low, expected.low);
  EXPECT_DOUBLE_EQ(flips.high, expected.high);
  const Estimate distance = stability(scores, StabilityMeasure::top5_distance);
  EXPECT_DOUBLE_EQ(distance.value, 6);
  EXPECT_GE(distance.low, 0);
  EXPECT_LT(distance.low, 6);
  EXPECT_GT(distance.high, 6);
  EXPECT_LE(distance.high, 15);  // a resample's mean is at most the largest score
}

TEST(Stability, WithABaselineIsTheRatio) {
  const PerturbationScores scores{.perturbation = "tilt", .flips = {0.1, 0.3}, .top5_distances = {3, 5}};
  const PerturbationBaseline baseline{.perturbation = "tilt", .flip_probability = 0.4, .top5_distance = 8};
  EXPECT_DOUBLE_EQ(stability(scores, StabilityMeasure::flips, &baseline).value, 0.5);
  EXPECT_DOUBLE_EQ(stability(scores, StabilityMeasure::top5_distance, &baseline).value, 0.5);
  const Estimate without = stability(scores, StabilityMeasure::flips);
  EXPECT_DOUBLE_EQ(stability(scores, StabilityMeasure::flips, &baseline).high, without.high / 0.4);
  for (const double bad : {0.0, -1.0, std::nan("")}) {
    const PerturbationBaseline none{.perturbation = "tilt", .flip_probability = bad, .top5_distance = bad};
    EXPECT_THROW(stability(scores, StabilityMeasure::flips, &none), InternalError);
  }
}

TEST(Stability, OfABaselineWithItselfIsOne) {
  PerturbationScores scores{.perturbation = "snow", .flips = {0, 1, 0.5}, .top5_distances = {1, 2, 3}};
  const PerturbationBaseline itself{.perturbation = "snow", .flip_probability = 0.5, .top5_distance = 2};
  EXPECT_DOUBLE_EQ(stability(scores, StabilityMeasure::flips, &itself).value, 1);
  EXPECT_DOUBLE_EQ(stability(scores, StabilityMeasure::top5_distance, &itself).value, 1);
}

TEST(Stability, NeedsImages) {
  EXPECT_THROW(
      stability({.perturbation = "tilt", .flips = {}, .top5_distances = {}}, StabilityMeasure::flips),
      InternalError);
  EXPECT_THROW(mean_unnormalised_stability({}, StabilityMeasure::flips), InternalError);
  for (const double bad : {-0.1, 1.1, std::nan("")})
    EXPECT_THROW(
        stability({.perturbation = "tilt", .flips = {0, bad}, .top5_distances = {}}, StabilityMeasure::flips),
        InternalError);
}

TEST(MeanUnnormalisedStability, AveragesTheSequences) {
  const auto all = all_ten();
  // FP of sequence k is half of 0.05 k, and the mean of k is 5.5.
  const Estimate flips = mean_unnormalised_stability(all, StabilityMeasure::flips);
  EXPECT_NEAR(flips.value, 0.05 * 5.5 / 2, 1e-15);
  EXPECT_LT(flips.low, flips.value);
  EXPECT_GT(flips.high, flips.value);
  auto uneven = all;
  uneven.back().flips.pop_back();
  EXPECT_THROW(mean_unnormalised_stability(uneven, StabilityMeasure::flips), InternalError);
}

TEST(MeanStability, IsTheMeanOfTheTenRatios) {
  auto scores = all_ten();
  // Every FR is 0.025 k / 0.1 k; other sequences do not count.
  scores.push_back({.perturbation = "spatter", .flips = {1, 1, 1, 1}, .top5_distances = {9, 9, 9, 9}});
  const auto rate = mean_stability(scores, StabilityMeasure::flips, baselines());
  ASSERT_TRUE(rate.has_value());
  EXPECT_NEAR(rate->value, 0.25, 1e-15);
  EXPECT_LE(rate->low, 0.25);
  EXPECT_GE(rate->high, 0.25);
  // Images 1 to 4: 1, 2, 3 and 10 · 0.05 k, on average (6 + 2.75) / 4, against 4.
  const auto distance = mean_stability(scores, StabilityMeasure::top5_distance, baselines());
  ASSERT_TRUE(distance.has_value());
  EXPECT_NEAR(distance->value, 8.75 / 16, 1e-15);
}

TEST(MeanStability, NeedsAllTenInBoth) {
  auto fewer = all_ten();
  fewer.pop_back();
  EXPECT_FALSE(mean_stability(fewer, StabilityMeasure::flips, baselines()).has_value());
  auto few_baselines = baselines();
  few_baselines.erase(few_baselines.begin());
  EXPECT_FALSE(mean_stability(all_ten(), StabilityMeasure::flips, few_baselines).has_value());
  EXPECT_FALSE(mean_stability(all_ten(), StabilityMeasure::flips, {}).has_value());
}

}  // namespace
}  // namespace vitrobust::reports
