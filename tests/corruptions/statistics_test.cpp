// The distribution of Philox runs, which no reference can be compared with draw by draw.
#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

struct Moments {
  double mean = 0;
  double deviation = 0;
  /// Share of the values that are 0 or 255.
  double saturated = 0;
  double count = 0;
};

/// Pixels of a corrupted flat grey image, over several samples.
Moments on_flat_grey(const char* name, int severity, std::uint64_t samples) {
  const data::Image grey = draw_flat(224, 224, 128);
  double sum = 0;
  double squares = 0;
  double saturated = 0;
  double count = 0;
  for (std::uint64_t sample = 0; sample < samples; ++sample) {
    PhiloxSource random(
        {.seed = 11, .condition = "corruption/statistics", .sample_id = sample, .restart = 0});
    const data::Image result = find_corruption(name)->apply(
        grey, {.severity = severity, .set = ParameterSet::imagenet, .random = random});
    for (const std::uint8_t value : result.pixels) {
      sum += value;
      squares += static_cast<double>(value) * value;
      saturated += value == 0 || value == 255;
    }
    count += static_cast<double>(result.pixels.size());
  }
  const double mean = sum / count;
  return {mean, std::sqrt(squares / count - mean * mean), saturated / count, count};
}

/// Figures of the reference implementation over 4 seeds, with their standard errors and ours.
TEST(GaussianNoiseStatistics, MeanDeviationAndSaturationAreTheReferences) {
  struct Expected {
    int severity;
    double mean, deviation, saturated;
  };
  constexpr Expected kExpected[] = {
      {1, 127.53, 20.35, 0}, {3, 127.56, 45.55, .0057}, {5, 127.55, 80.68, .189}};
  for (const Expected& expected : kExpected) {
    const Moments got = on_flat_grey("gaussian_noise", expected.severity, 4);
    const double error = std::sqrt(2 / got.count) * expected.deviation;  // of a difference of two means
    EXPECT_NEAR(got.mean, expected.mean, 4 * error + .005) << expected.severity;
    EXPECT_NEAR(got.deviation, expected.deviation, 4 * error / std::sqrt(2.0) + .005) << expected.severity;
    const double share_error = std::sqrt(2 * expected.saturated / got.count);
    EXPECT_NEAR(got.saturated, expected.saturated, 4 * share_error + .0005) << expected.severity;
  }
}

TEST(GaussianNoiseStatistics, ChannelsAndNeighboursAreIndependent) {
  PhiloxSource random({.seed = 3, .condition = "corruption/statistics", .sample_id = 1, .restart = 0});
  const data::Image result =
      find_corruption("gaussian_noise")
          ->apply(draw_flat(224, 224, 128), {.severity = 1, .set = ParameterSet::imagenet, .random = random});
  for (const std::size_t lag : {1U, 2U, 3U, 224U * 3U}) {
    double products = 0;
    double squares = 0;
    for (std::size_t i = 0; i + lag < result.pixels.size(); ++i) {
      const double here = result.pixels[i] - 127.5;
      products += here * (result.pixels[i + lag] - 127.5);
      squares += here * here;
    }
    const double correlation = products / squares;
    EXPECT_LT(std::abs(correlation), 4 / std::sqrt(150528.0)) << "lag " << lag;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
