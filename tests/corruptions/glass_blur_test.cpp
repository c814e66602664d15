#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/random.h"
#include "corruptions/functions.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

/// With CIFAR's first severity nothing is blurred (sigma .05) and displacements are -1 or 0: sources lie
/// where nothing has been copied to yet, so each result shows its draw.
TEST(GlassBlur, DisplacementsAreUniformAndNotSymmetric) {
  constexpr int kSize = 64;
  data::Image image(kSize, kSize);
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      std::uint8_t* const pixel = &image.pixels[static_cast<std::size_t>(y * kSize + x) * 3];
      pixel[0] = static_cast<std::uint8_t>(4 * y + 1);  // one more, so that truncation does no harm
      pixel[1] = static_cast<std::uint8_t>(4 * x + 1);
    }
  }
  std::array<double, 4> counts{};
  constexpr int kSamples = 20;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    PhiloxSource random({.seed = 5, .condition = "glass", .sample_id = sample, .restart = 0});
    const data::Image result = glass_blur(image, {.severity = 1,
                                                  .set = ParameterSet::cifar,
                                                  .flavour = Flavour::hendrycks,
                                                  .frost = nullptr,
                                                  .random = random});
    for (int y = 0; y < kSize; ++y) {
      for (int x = 0; x < kSize; ++x) {
        const std::uint8_t* const pixel = &result.pixels[static_cast<std::size_t>(y * kSize + x) * 3];
        const int dy = pixel[0] / 4 - y;
        const int dx = pixel[1] / 4 - x;
        if (y < 2 || x < 2) {
          ASSERT_EQ(dy, 0) << "the border stays";
          ASSERT_EQ(dx, 0) << "the border stays";
        } else {
          ASSERT_TRUE(dy == -1 || dy == 0);
          ASSERT_TRUE(dx == -1 || dx == 0);
          counts.at(static_cast<std::size_t>(-2 * dy - dx)) += 1;
        }
      }
    }
  }
  const double draws = kSamples * (kSize - 2) * (kSize - 2);
  for (const double count : counts)
    EXPECT_NEAR(count, draws / 4, 4 * std::sqrt(draws * .25 * .75)) << "of four displacements";
}

}  // namespace
}  // namespace vitrobust::corruptions
