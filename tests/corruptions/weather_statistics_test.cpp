// The distribution of the random fields behind the weather corruptions and elastic_transform, on Philox
// draws, against the reference's over 64 seeds.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"
#include "corruptions/plasma.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

constexpr int kSeeds = 64;

PhiloxSource source(int sample) {
  return PhiloxSource({.seed = 5,
                       .condition = "corruption/statistics",
                       .sample_id = static_cast<std::uint64_t>(sample),
                       .restart = 0});
}

/// Mean and standard deviation of one figure over seeds.
struct OverSeeds {
  double sum = 0;
  double squares = 0;

  void add(double value) {
    sum += value;
    squares += value * value;
  }
  [[nodiscard]] double mean() const { return sum / kSeeds; }
  /// Standard error of a difference between two means over that many seeds.
  [[nodiscard]] double error_of_difference() const {
    const double variance = (squares - sum * sum / kSeeds) / (kSeeds - 1);
    return std::sqrt(2 * variance / kSeeds);
  }
};

TEST(PlasmaStatistics, MeanAndDeviationAreTheReferences) {
  struct Expected {
    double decay, deviation;
  };
  for (const Expected& expected : {Expected{2, .152}, {1.7, .166}, {1.5, .177}, {1.4, .182}}) {
    OverSeeds means;
    OverSeeds deviations;
    for (int seed = 0; seed < kSeeds; ++seed) {
      PhiloxSource random = source(seed);
      const Plasma plasma(256, expected.decay, random);
      const double range = plasma.highest() - plasma.lowest();
      std::vector<double> row(256);
      double sum = 0;
      double squares = 0;
      double highest = 0;
      double lowest = 1;
      for (int y = 0; y < 256; ++y) {
        plasma.row(y, row);
        for (const double height : row) {
          const double unit = (height - plasma.lowest()) / range;
          sum += unit;
          squares += unit * unit;
          highest = std::max(highest, unit);
          lowest = std::min(lowest, unit);
        }
      }
      EXPECT_EQ(lowest, 0);
      EXPECT_EQ(highest, 1);
      const double mean = sum / 65536;
      means.add(mean);
      deviations.add(std::sqrt(squares / 65536 - mean * mean));
    }
    // The reference's figures are rounded: half a unit of their last place is added.
    EXPECT_NEAR(means.mean(), .50, 4 * means.error_of_difference() + .005) << expected.decay;
    EXPECT_NEAR(deviations.mean(), expected.deviation, 4 * deviations.error_of_difference() + .0005)
        << expected.decay;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
