// The distribution of Philox runs of shot_noise, impulse_noise and speckle_noise.
#include <gtest/gtest.h>

#include <boost/math/distributions/poisson.hpp>
#include <cmath>

#include "core/random.h"
#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

constexpr std::uint64_t kSamples = 4;

/// How often each level occurs in a corrupted flat grey image, per channel, over several samples.
using Histogram = std::array<std::array<double, 256>, 3>;

Histogram on_flat(std::uint8_t value, const char* name, int severity) {
  const data::Image flat = draw_flat(224, 224, value);
  Histogram histogram{};
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    PhiloxSource random({.seed = 12, .condition = "corruption/noise", .sample_id = sample, .restart = 0});
    const data::Image result = find_corruption(name)->apply(
        flat, {.severity = severity, .set = ParameterSet::imagenet, .random = random});
    for (std::size_t i = 0; i < result.pixels.size(); ++i) ++histogram[i % 3][result.pixels[i]];
  }
  return histogram;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
  double count = 0;
};

Moments moments_of(const Histogram& histogram) {
  double sum = 0;
  double squares = 0;
  double count = 0;
  for (const auto& channel : histogram) {
    for (std::size_t level = 0; level < 256; ++level) {
      const auto value = static_cast<double>(level);
      count += channel[level];
      sum += channel[level] * value;
      squares += channel[level] * value * value;
    }
  }
  const double mean = sum / count;
  return {mean, std::sqrt(squares / count - mean * mean), count};
}

struct Expected {
  int severity;
  double mean, deviation;
};

/// Figures of the reference implementation over 4 seeds, given to two places; the standard error of a
/// difference of two such runs.
void expect_moments(const char* name, const Expected& expected, bool mean_is_known) {
  const Moments got = moments_of(on_flat(128, name, expected.severity));
  const double error = std::sqrt(2 / got.count) * expected.deviation;
  if (mean_is_known) {
    EXPECT_NEAR(got.mean, expected.mean, 4 * error + .005) << expected.severity;
  }
  EXPECT_NEAR(got.deviation, expected.deviation, 4 * error + .005) << expected.severity;
}

TEST(ShotNoiseStatistics, MeanAndDeviationAreTheReferences) {
  for (const Expected& expected :
       {Expected{1, 127.57, 23.33}, Expected{3, 127.32, 51.18}, Expected{5, 120.07, 88.04}})
    expect_moments("shot_noise", expected, true);
}

TEST(SpeckleNoiseStatistics, DeviationIsTheReferences) {
  for (const Expected& expected : {Expected{1, 0, 19.15}, Expected{3, 0, 44.50}, Expected{5, 0, 70.07}})
    expect_moments("speckle_noise", expected, false);
}

TEST(ShotNoiseStatistics, LevelsHaveThePoissonProbabilities) {
  // Severity 3: white is 12 photons.
  for (const int value : {1, 60, 200}) {
    const Histogram histogram = on_flat(static_cast<std::uint8_t>(value), "shot_noise", 3);
    const boost::math::poisson_distribution<double> photons(value / 255.0 * 12);
    const double count = 224 * 224 * kSamples;
    for (const auto& channel : histogram) {
      double remaining = 1;
      for (int k = 0; k <= 12; ++k) {
        const double probability = k < 12 ? boost::math::pdf(photons, k) : remaining;
        remaining -= probability;
        const double error = std::sqrt(count * probability * (1 - probability));
        // 117 comparisons: five standard errors, and one count for the skewness of rare levels.
        EXPECT_NEAR(channel[static_cast<std::size_t>(k / 12.0 * 255)], count * probability, 5 * error + 1)
            << value << " " << k;
      }
    }
  }
}

TEST(ShotNoiseStatistics, BlackStaysBlack) {
  EXPECT_EQ(moments_of(on_flat(0, "shot_noise", 5)).mean, 0);
}

TEST(ImpulseNoiseStatistics, EachChannelIsStruckAsOftenAsGiven) {
  constexpr double kProbability[] = {.03, .06, .09, .17, .27};
  for (int severity = 1; severity <= 5; ++severity) {
    const Histogram histogram = on_flat(128, "impulse_noise", severity);
    const double count = 224 * 224 * kSamples;
    const double half = kProbability[severity - 1] / 2;
    const double error = std::sqrt(count * half * (1 - half));
    for (const auto& channel : histogram) {
      EXPECT_NEAR(channel[0], count * half, 4 * error) << severity;
      EXPECT_NEAR(channel[255], count * half, 4 * error) << severity;
      EXPECT_EQ(channel[0] + channel[128] + channel[255], count) << severity;
    }
  }
}

TEST(ImpulseNoiseStatistics, ChannelsAreStruckIndependently) {
  PhiloxSource random({.seed = 12, .condition = "corruption/noise", .sample_id = 9, .restart = 0});
  const data::Image result =
      find_corruption("impulse_noise")
          ->apply(draw_flat(224, 224, 128), {.severity = 5, .set = ParameterSet::imagenet, .random = random});
  // Pairs of neighbouring values that are both struck, and both struck alike.
  for (const std::size_t lag : {1U, 2U, 3U, 224U * 3U}) {
    double both = 0;
    double alike = 0;
    for (std::size_t i = 0; i + lag < result.pixels.size(); ++i) {
      if (result.pixels[i] == 128 || result.pixels[i + lag] == 128) continue;
      ++both;
      alike += result.pixels[i] == result.pixels[i + lag];
    }
    const double pairs = static_cast<double>(result.pixels.size() - lag);
    const double probability = .27 * .27;
    // Each value is in two pairs: p² (1 - p²) + 2 p³ (1 - p) per pair.
    const double variance = probability * (1 - probability) + 2 * std::pow(.27, 3) * (1 - .27);
    EXPECT_NEAR(both, pairs * probability, 4 * std::sqrt(pairs * variance)) << lag;
    EXPECT_NEAR(alike, both / 2, 4 * std::sqrt(both) / 2) << lag;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
