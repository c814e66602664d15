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
  EXPECT_EQ(top5_of(std::vector<double>{0, 5, 1, 4, 2, 3, -1}), (Top5{1, 3, 5, 4, 2}));
  EXPECT_EQ(top5_of(std::vector<double>{1, 1, 2, 1, 1, 1, 1}), (Top5{2, 0, 1, 3, 4}));
  EXPECT_EQ(top5_of(std::vector<double>{1, 3, 2}), (Top5{1, 2, 0, -1, -1}));
  EXPECT_EQ(top5_of(std::vector<double>{kNan, -1, kNan, 7, 7}), (Top5{3, 4, 1, 0, 2}));
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
double by_definition(const std::vector<double>& before, const std::vector<double>& after) {
  const auto rank = [](const std::vector<double>& scores, std::size_t of) {
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
    std::vector<double> before(classes);
    std::vector<double> after(classes);
    for (double& score : before) score = static_cast<double>(random.integer(8));
    for (double& score : after) score = static_cast<double>(random.integer(8));
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

}  // namespace
}  // namespace vitrobust::reports
