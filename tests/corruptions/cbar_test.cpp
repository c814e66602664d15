// What the figures of the reference do not show: images that are not square, and closed forms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "corruptions/cbar.h"
#include "corruptions/cbar_sampling.h"
#include "corruptions/cbar_spline.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

data::Image corrupt(std::string_view name, const data::Image& image, int severity) {
  const CorruptionEntry* const entry = find_corruption(name);
  PhiloxSource random({.seed = 3, .condition = name, .sample_id = 0, .restart = 0});
  return entry->apply(image, {.severity = severity, .set = entry->sets.front(), .random = random});
}

double share(const data::Image& image, std::uint8_t value) {
  return static_cast<double>(std::ranges::count(image.pixels, value)) /
         static_cast<double>(image.pixels.size());
}

TEST(ToLevel, TruncatesAndClips) {
  EXPECT_EQ(to_level(127.999), 127);
  EXPECT_EQ(to_level(-0.5), 0);
  EXPECT_EQ(to_level(-1e300), 0);
  EXPECT_EQ(to_level(255), 255);
  EXPECT_EQ(to_level(HUGE_VAL), 255);
  EXPECT_EQ(to_level(NAN), 0);
}

TEST(FloorMod, IsPythons) {
  EXPECT_EQ(floor_mod(5.5, 2), 1.5);
  EXPECT_EQ(floor_mod(-0.5, 2), 1.5);
  EXPECT_EQ(floor_mod(-4, 2), 0);
}

TEST(Sample, IsThePixelOnAPixelAndBlackOutside) {
  const data::Image image = draw_texture(5, 7);
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 7; ++x) {
      const auto value = sample(image, y, x);
      for (std::size_t c = 0; c < 3; ++c)
        EXPECT_EQ(value[c], image.pixels[3 * static_cast<std::size_t>(7 * y + x) + c]);
    }
  }
  EXPECT_THAT(sample(image, -1, 3), testing::Each(0));
  EXPECT_THAT(sample(image, 2, 7), testing::Each(0));
  EXPECT_EQ(sample(image, -0.5, 0)[1], image.pixels[1] / 2.0);
}

TEST(Spline, PassesThroughItsValuesAfterThePrefilter) {
  const data::Image image = draw_texture(6, 9);
  std::vector<double> knots(image.pixels.begin(), image.pixels.end());
  prefilter_spline(knots, 6, 9, 3);
  for (int y = 0; y < 6; ++y) {
    for (int x = 0; x < 9; ++x) {
      const auto value =
          spline_value(knots.data() + 1, 9, 3, spline_taps(y, 6).value(), spline_taps(x, 9).value());
      EXPECT_NEAR(value, image.pixels[3 * static_cast<std::size_t>(9 * y + x) + 1], 1e-9);
    }
  }
}

TEST(Spline, WeightsAddUpToOneAndEndWithTheLine) {
  for (const double position : {0.0, 0.3, 1.0, 2.7, 4.0}) {
    const auto taps = spline_taps(position, 5).value();
    EXPECT_NEAR(std::accumulate(taps.weights.begin(), taps.weights.end(), 0.0), 1, 1e-15);
  }
  EXPECT_FALSE(spline_taps(-1e-9, 5));
  EXPECT_FALSE(spline_taps(4.0000001, 5));
  EXPECT_THAT(spline_taps(0, 5)->indices, testing::ElementsAre(1, 0, 1, 2));
  EXPECT_THAT(spline_taps(0, 1)->indices, testing::Each(0));
}

TEST(CBar, CheckerboardGreysAShareOfTheCellsOfHalfItsColour) {
  // At severity 5 of ImageNet's levels, 0.6 of the cells of one colour: about 0.3 of the image.
  double sum = 0;
  constexpr int kImages = 200;
  for (int i = 0; i < kImages; ++i) {
    PhiloxSource random(
        {.seed = 5, .condition = "cells", .sample_id = static_cast<std::uint64_t>(i), .restart = 0});
    sum += share(
        find_corruption("checkerboard_cutout")
            ->apply(draw_flat(60, 80, 200), {.severity = 5, .set = ParameterSet::imagenet, .random = random}),
        128);
  }
  // About 100 cells of an image are of that colour and in view at most, 16 at least: a deviation of at most
  // 0.5 sqrt(0.24 / 16) for the share of one image, and 0.05 more for whole cells that are cut by the edges.
  EXPECT_NEAR(sum / kImages, 0.3, 4 * (0.5 * std::sqrt(0.24 / 16) + 0.05) / std::sqrt(kImages));
}

TEST(CBar, BlueNoiseBlackensAsMuchAsANormalFieldWould) {
  // A sum of many waves of random phase and unit deviation is nearly normal.
  for (const auto& [height, width] : {std::pair{224, 224}, std::pair{96, 160}, std::pair{75, 101}}) {
    const data::Image image = draw_flat(height, width, 200);
    for (const auto& [severity, level] : {std::pair{1, .8}, std::pair{3, 2.4}, std::pair{5, 5.6}}) {
      const double threshold = 0.3 * level - 2.5;
      const double expected = 0.5 * std::erfc(-threshold / std::sqrt(2));
      EXPECT_NEAR(share(corrupt("blue_noise_sample", image, severity), 0), expected, 0.01)
          << height << 'x' << width << " severity " << severity;
    }
  }
}

TEST(CBar, AFlatImageHasNoColourFringes) {
  const data::Image flat = draw_flat(64, 48, 77);
  EXPECT_EQ(corrupt("transverse_chromatic_abberation", flat, 5), flat);
}

TEST(CBar, OnePixelHasNoNoise) {
  const data::Image pixel = draw_flat(1, 1, 90);
  EXPECT_EQ(corrupt("brownish_noise", pixel, 5), pixel);
  EXPECT_EQ(corrupt("blue_noise_sample", pixel, 5), pixel);
}

}  // namespace
}  // namespace vitrobust::corruptions
