#include "reports/paired.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "core/random.h"
#include "reports/unpaired.h"

namespace vitrobust::reports {
namespace {

constexpr double kTolerance = 1e-9;

const Json& golden() {
  static const Json figures = read_json(VITROBUST_SOURCE_DIR "/tests/golden/comparisons.json");
  return figures;
}

/// Equal to 1e-9, and in relative terms where the figure is small.
void expect_near(double got, const Json& want, const Json& where) {
  const auto expected = want.get<double>();
  EXPECT_NEAR(got, expected, kTolerance * std::min(1.0, std::abs(expected)) + 1e-300) << where;
}

PairedCounts counts_of(const Json& table) {
  return {.both_right = table[0], .only_first = table[1], .only_second = table[2], .both_wrong = table[3]};
}

TEST(McNemar, EqualsStatsmodelsAndScipy) {
  ASSERT_EQ(golden().at("paired").size(), 15U);
  for (const Json& want : golden().at("paired")) {
    const McNemar got = mcnemar(counts_of(want.at("table")));
    expect_near(got.exact, want.at("exact"), want);
    expect_near(got.mid_p, want.at("mid_p"), want);
    expect_near(got.second_is_worse, want.at("second_is_worse"), want);
  }
}

TEST(NewcombePaired, EqualsThePaperOnStatsmodelsWilson) {
  for (const Json& want : golden().at("paired")) {
    for (const Json& interval : want.at("intervals")) {
      const Interval got = newcombe_paired_interval(counts_of(want.at("table")), interval.at("confidence"));
      EXPECT_NEAR(got.low, interval.at("low").get<double>(), kTolerance) << want.at("table");
      EXPECT_NEAR(got.high, interval.at("high").get<double>(), kTolerance) << want.at("table");
    }
  }
}

/// Complete response before and after consolidation therapy (Cavo et al. 2012): −0.0621 (−0.1186 to −0.0046),
/// as published with Fagerland, Lydersen and Laake's "Statistical analysis of contingency tables", chapter 8
/// (ocbe-uio/contingencytables), for the first less the second.
TEST(NewcombePaired, EqualsThePublishedFigure) {
  const PairedCounts cavo{.both_right = 59, .only_first = 6, .only_second = 16, .both_wrong = 80};
  const Interval got = newcombe_paired_interval(cavo);
  EXPECT_NEAR(paired_difference(cavo), 0.0621, 5e-5);
  EXPECT_NEAR(got.low, 0.0046, 5e-5);
  EXPECT_NEAR(got.high, 0.1186, 5e-5);
}

TEST(NewcombePaired, MirrorsWhenTheModelsChangePlaces) {
  const PairedCounts there{.both_right = 700, .only_first = 41, .only_second = 87, .both_wrong = 172};
  const PairedCounts back{.both_right = 700, .only_first = 87, .only_second = 41, .both_wrong = 172};
  EXPECT_NEAR(newcombe_paired_interval(there).low, -newcombe_paired_interval(back).high, 1e-15);
  EXPECT_NEAR(newcombe_paired_interval(there).high, -newcombe_paired_interval(back).low, 1e-15);
}

TEST(NewcombePaired, CoversTheTruthAndIsNarrowerThanUnpaired) {
  constexpr int kSimulations = 2000;
  constexpr int kSamples = 300;
  int covered = 0;
  for (std::uint64_t simulation = 0; simulation < kSimulations; ++simulation) {
    PhiloxSource random({.seed = 5, .condition = "paired", .sample_id = simulation});
    PairedCounts counts;
    for (int i = 0; i < kSamples; ++i) {
      const double draw = random.uniform();
      ++(draw < 0.75   ? counts.both_right
         : draw < 0.78 ? counts.only_first
         : draw < 0.86 ? counts.only_second
                       : counts.both_wrong);
    }
    const Interval paired = newcombe_paired_interval(counts);
    covered += paired.low <= 0.05 && 0.05 <= paired.high;
    const Interval unpaired = newcombe_unpaired_interval({counts.right_in_first(), counts.n()},
                                                         {counts.right_in_second(), counts.n()});
    EXPECT_LT(paired.high - paired.low, unpaired.high - unpaired.low);
  }
  EXPECT_GE(covered, kSimulations * 94 / 100);
  EXPECT_LE(covered, kSimulations * 97 / 100);
}

TEST(Paired, RefusesNoSamples) {
  EXPECT_THROW(paired_difference({}), InternalError);
  EXPECT_THROW(newcombe_paired_interval({}), InternalError);
  EXPECT_EQ(mcnemar({}).exact, 1.0);
}

TEST(Unpaired, EqualsStatsmodels) {
  ASSERT_EQ(golden().at("unpaired").size(), 8U);
  for (const Json& want : golden().at("unpaired")) {
    const Json& pair = want.at("pair");
    const Share first{.correct = pair[0], .n = pair[1]};
    const Share second{.correct = pair[2], .n = pair[3]};
    const ScoreTest test = score_test(first, second);
    expect_near(test.two_sided, want.at("two_sided"), want);
    expect_near(test.second_is_worse, want.at("second_is_worse"), want);
    for (const Json& interval : want.at("intervals")) {
      const Interval got = newcombe_unpaired_interval(first, second, interval.at("confidence"));
      EXPECT_NEAR(got.low, interval.at("low").get<double>(), kTolerance) << want;
      EXPECT_NEAR(got.high, interval.at("high").get<double>(), kTolerance) << want;
    }
  }
}

TEST(Unpaired, RefusesWhatIsNoShare) {
  EXPECT_THROW(score_test({.correct = 0, .n = 0}, {.correct = 1, .n = 2}), InternalError);
  EXPECT_THROW(score_test({.correct = 3, .n = 2}, {.correct = 1, .n = 2}), InternalError);
}

}  // namespace
}  // namespace vitrobust::reports
