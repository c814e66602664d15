// The distribution of the random fields behind the weather corruptions and elastic_transform, on Philox
// draws, against the reference's over 64 seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "corruptions/elastic_transform.h"
#include "corruptions/plasma.h"
#include "corruptions/snow.h"
#include "corruptions/spatter.h"
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

/// A severity of the parameters for 224 pixels.
CorruptionContext at(int severity, Flavour flavour, RandomSource& random) {
  return {.severity = severity,
          .set = ParameterSet::imagenet,
          .flavour = flavour,
          .frost = nullptr,
          .random = random};
}

TEST(SpatterStatistics, CoverageIsTheReferences) {
  constexpr double kExpected[] = {.0385, .151, .243, .500, .570};
  for (int severity = 1; severity <= 5; ++severity) {
    OverSeeds coverage;
    for (int seed = 0; seed < kSeeds; ++seed) {
      PhiloxSource random = source(seed);
      double covered = 0;
      for (const double depth : draw_liquid(224, 224, at(severity, Flavour::hendrycks, random)))
        covered += depth > 0;
      coverage.add(covered / (224 * 224));
    }
    const double expected = kExpected[severity - 1];
    EXPECT_NEAR(coverage.mean(), expected, 4 * coverage.error_of_difference() + .0005) << severity;
  }
}

TEST(SnowStatistics, CoverageIsTheReferences) {
  constexpr double kExpected[] = {.0241, .0655, .0406, .0659, .0653};
  for (const Flavour flavour : {Flavour::hendrycks, Flavour::imagecorruptions}) {
    for (int severity = 1; severity <= 5; ++severity) {
      OverSeeds coverage;
      for (int seed = 0; seed < kSeeds; ++seed) {
        PhiloxSource random = source(seed);
        const std::vector<double> flakes = draw_flakes(224, 224, at(severity, flavour, random));
        const auto covered = std::ranges::count_if(flakes, [](double flake) { return flake > 0; });
        coverage.add(static_cast<double>(covered) / static_cast<double>(flakes.size()));
      }
      // The reference's figures have four decimals.
      EXPECT_NEAR(coverage.mean(), kExpected[severity - 1], 4 * coverage.error_of_difference() + .00005)
          << severity;
    }
  }
}

TEST(SpatterStatistics, WithoutADropTheImageStaysAsItIs) {
  // Where the reference divides 0 by 0.
  const data::Image image = draw_scene(5, 5);
  int dry = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    PhiloxSource random = source(seed);
    const std::vector<double> liquid = draw_liquid(5, 5, at(1, Flavour::hendrycks, random));
    if (*std::max_element(liquid.begin(), liquid.end()) > 0) continue;
    ++dry;
    PhiloxSource again = source(seed);
    const data::Image result = find_corruption("spatter")->apply(image, at(1, Flavour::hendrycks, again));
    for (std::size_t i = 0; i < image.pixels.size(); ++i) EXPECT_NEAR(result.pixels[i], image.pixels[i], 1);
  }
  EXPECT_GT(dry, 0);
}

TEST(ElasticStatistics, DisplacementsAreAsLargeAsTheReferences) {
  struct Expected {
    Flavour flavour;
    double root_mean_square[5];
  };
  for (const Expected& expected : {Expected{Flavour::hendrycks, {.86, 4.63, .83, 1.17, 2.00}},
                                   Expected{Flavour::imagecorruptions, {1.04, 1.35, 1.76, 2.07, 2.49}}}) {
    for (int severity = 1; severity <= 5; ++severity) {
      OverSeeds mean_squares;
      for (int seed = 0; seed < kSeeds; ++seed) {
        PhiloxSource random = source(seed);
        const auto both = draw_displacements(224, 224, at(severity, expected.flavour, random));
        double squares = 0;
        for (std::size_t i = 0; i < std::size_t{2} * 224 * 224; ++i) squares += both[i] * both[i];
        mean_squares.add(squares / (2 * 224 * 224));
      }
      const double rms = expected.root_mean_square[severity - 1];
      // Half a unit of the last place of the reference's figure, squared.
      EXPECT_NEAR(mean_squares.mean(), rms * rms, 4 * mean_squares.error_of_difference() + .01 * rms)
          << to_string(expected.flavour) << " " << severity;
    }
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
