#include "reports/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "core/random.h"

namespace vitrobust::reports {
namespace {

TEST(Wilson, EqualsStatsmodels) {
  const Json golden = read_json(VITROBUST_SOURCE_DIR "/tests/golden/wilson.json");
  ASSERT_EQ(golden.at("wilson").size(), 39U);
  for (const Json& want : golden.at("wilson")) {
    const Interval got = wilson_interval(want.at("correct"), want.at("n"), want.at("confidence"));
    EXPECT_NEAR(got.low, want.at("low").get<double>(), 1e-12) << want;
    EXPECT_NEAR(got.high, want.at("high").get<double>(), 1e-12) << want;
  }
}

TEST(Wilson, EndsExactlyAtZeroAndOne) {
  EXPECT_EQ(wilson_interval(0, 1000).low, 0.0);
  EXPECT_GT(wilson_interval(0, 1000).high, 0.0);
  EXPECT_EQ(wilson_interval(1000, 1000).high, 1.0);
  EXPECT_LT(wilson_interval(1000, 1000).low, 1.0);
}

TEST(Wilson, RefusesWhatIsNoProportion) {
  EXPECT_THROW(wilson_interval(0, 0), InternalError);
  EXPECT_THROW(wilson_interval(2, 1), InternalError);
  EXPECT_THROW(wilson_interval(1, 2, 1.0), InternalError);
  EXPECT_THROW(wilson_interval_of_mean(std::numeric_limits<double>::quiet_NaN(), 5), InternalError);
}

/// Scores of images whose difficulty differs: each is the share of eight conditions in which it was right.
std::vector<double> simulated_scores(std::uint64_t simulation, std::size_t images) {
  PhiloxSource random({.seed = 11, .condition = "simulated images", .sample_id = simulation});
  std::vector<double> scores;
  for (std::size_t i = 0; i < images; ++i) {
    const double ease = random.uniform();
    int right = 0;
    for (int condition = 0; condition < 8; ++condition) right += random.uniform() < ease;
    scores.push_back(right / 8.0);
  }
  return scores;
}

double mean_of(const std::vector<double>& scores) {
  double sum = 0;
  for (const double score : scores) sum += score;
  return sum / static_cast<double>(scores.size());
}

TEST(Bootstrap, IsTheSameEveryTime) {
  const std::vector<double> scores = simulated_scores(0, 100);
  const Interval first = bootstrap_interval(scores);
  const Interval second = bootstrap_interval(scores);
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
  EXPECT_LT(first.low, mean_of(scores));
  EXPECT_GT(first.high, mean_of(scores));
}

TEST(Bootstrap, ComplementaryScoresGetComplementaryIntervals) {
  const std::vector<double> scores = simulated_scores(1, 100);
  std::vector<double> errors;
  for (const double score : scores) errors.push_back(1 - score);
  EXPECT_NEAR(bootstrap_interval(errors).low, 1 - bootstrap_interval(scores).high, 1e-12);
  EXPECT_NEAR(bootstrap_interval(errors).high, 1 - bootstrap_interval(scores).low, 1e-12);
}

TEST(Bootstrap, AgreesWithTheNormalApproximationForManyImages) {
  const std::vector<double> scores = simulated_scores(2, 2000);
  const double mean = mean_of(scores);
  double squares = 0;
  for (const double score : scores) squares += (score - mean) * (score - mean);
  const double half_width = 1.959964 * std::sqrt(squares) / 2000;
  const Interval interval = bootstrap_interval(scores);
  EXPECT_NEAR(interval.low, mean - half_width, 0.1 * half_width);
  EXPECT_NEAR(interval.high, mean + half_width, 0.1 * half_width);
}

TEST(Bootstrap, CoversTheTruthWhereCountingOutcomesAsIndependentDoesNot) {
  constexpr int kSimulations = 200;
  constexpr std::size_t kImages = 80;
  int covered = 0;
  int covered_if_independent = 0;
  for (int simulation = 0; simulation < kSimulations; ++simulation) {
    const std::vector<double> scores = simulated_scores(static_cast<std::uint64_t>(simulation), kImages);
    const Interval clustered = bootstrap_interval(scores, 400);
    covered += clustered.low <= 0.5 && 0.5 <= clustered.high;
    const Interval naive = wilson_interval_of_mean(mean_of(scores), kImages * 8);
    covered_if_independent += naive.low <= 0.5 && 0.5 <= naive.high;
  }
  EXPECT_GE(covered, kSimulations * 91 / 100);
  EXPECT_LE(covered, kSimulations * 98 / 100);
  EXPECT_LT(covered_if_independent, kSimulations * 80 / 100);
}

TEST(Bootstrap, EqualScoresFallBackToWilson) {
  const Interval interval = bootstrap_interval(std::vector<double>(50, 1.0));
  EXPECT_EQ(interval.low, wilson_interval(50, 50).low);
  EXPECT_EQ(interval.high, 1.0);
  const Interval single = bootstrap_interval(std::vector<double>{0.5});
  EXPECT_LT(single.low, 0.2);
  EXPECT_GT(single.high, 0.8);
  EXPECT_THROW(bootstrap_interval({}), InternalError);
}

TEST(CompensatedSum, KeepsWhatPlainAdditionLoses) {
  CompensatedSum sum;
  for (const double term : {1.0, 1e100, 1.0, -1e100}) sum.add(term);
  EXPECT_EQ(sum.value(), 2.0);
}

TEST(CompensatedSum, IsNotFiniteOnceATermIsNot) {
  CompensatedSum sum;
  for (const double term : {1.0, std::numeric_limits<double>::infinity(), 1.0}) sum.add(term);
  EXPECT_FALSE(std::isfinite(sum.value()));
}

}  // namespace
}  // namespace vitrobust::reports
