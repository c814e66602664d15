#include "train/augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"

namespace vitrobust::train {
namespace {

constexpr std::int64_t kHeight = 5;
constexpr std::int64_t kWidth = 7;
constexpr AugmentOptions kAll{.flip = true, .crop_padding = 2};

/// Every pixel another value, none 0.
std::vector<std::uint8_t> numbered_image() {
  std::vector<std::uint8_t> image(3 * kHeight * kWidth);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(i + 1);
  return image;
}

std::vector<std::uint8_t> augmented(const std::vector<std::uint8_t>& image, const Augmentation& how) {
  std::vector<std::uint8_t> result(image.size(), 255);
  augment(image, result, kHeight, kWidth, how);
  return result;
}

/// The definition, pixel by pixel.
std::uint8_t expected_pixel(const std::vector<std::uint8_t>& image, std::int64_t channel, std::int64_t y,
                            std::int64_t x, const Augmentation& how) {
  const std::int64_t from_y = y - how.down;
  const std::int64_t moved_x = x - how.right;
  if (from_y < 0 || from_y >= kHeight || moved_x < 0 || moved_x >= kWidth) return 0;
  const std::int64_t from_x = how.mirrored ? kWidth - 1 - moved_x : moved_x;
  return image[static_cast<std::size_t>((channel * kHeight + from_y) * kWidth + from_x)];
}

TEST(Augment, MovesAndMirrorsPixelsOfTheOriginal) {
  const auto image = numbered_image();
  for (const bool mirrored : {false, true})
    for (std::int64_t down = -kHeight - 1; down <= kHeight + 1; ++down)
      for (std::int64_t right = -kWidth - 1; right <= kWidth + 1; ++right) {
        const Augmentation how{.mirrored = mirrored, .down = down, .right = right};
        const auto result = augmented(image, how);
        for (std::int64_t i = 0; i < 3 * kHeight * kWidth; ++i)
          ASSERT_EQ(result[static_cast<std::size_t>(i)],
                    expected_pixel(image, i / (kHeight * kWidth), i / kWidth % kHeight, i % kWidth, how))
              << "mirrored " << mirrored << ", down " << down << ", right " << right << ", pixel " << i;
      }
}

TEST(Augment, LeavesTheImageAloneWhenNothingIsAsked) {
  const auto image = numbered_image();
  EXPECT_EQ(augmented(image, {}), image);
}

TEST(Augment, RefusesAnotherSize) {
  const auto image = numbered_image();
  std::vector<std::uint8_t> small(image.size() - 1);
  EXPECT_THROW(augment(image, small, kHeight, kWidth, {}), InternalError);
}

TEST(DrawAugmentation, DependsOnSeedEpochAndSample) {
  std::set<std::tuple<bool, std::int64_t, std::int64_t>> drawn;
  for (std::uint64_t sample = 0; sample < 400; ++sample) {
    const Augmentation how = draw_augmentation(kAll, 1, 3, sample);
    EXPECT_EQ(how, draw_augmentation(kAll, 1, 3, sample));
    drawn.emplace(how.mirrored, how.down, how.right);
  }
  EXPECT_EQ(drawn.size(), 2U * 5U * 5U) << "every shift within the bounds, and no other, mirrored or not";
  const auto sequence = [](std::uint64_t seed, std::uint32_t epoch) {
    std::vector<Augmentation> all;
    for (std::uint64_t sample = 0; sample < 50; ++sample)
      all.push_back(draw_augmentation(kAll, seed, epoch, sample));
    return all;
  };
  EXPECT_NE(sequence(1, 3), sequence(1, 4));
  EXPECT_NE(sequence(1, 3), sequence(2, 3));
}

TEST(DrawAugmentation, StaysWithinTheBounds) {
  for (std::uint64_t sample = 0; sample < 1000; ++sample) {
    const Augmentation how = draw_augmentation({.flip = false, .crop_padding = 1}, 0, 0, sample);
    EXPECT_FALSE(how.mirrored);
    EXPECT_LE(std::abs(how.down), 1);
    EXPECT_LE(std::abs(how.right), 1);
  }
}

TEST(DrawAugmentation, ShiftsTheSameWithAndWithoutMirroring) {
  for (std::uint64_t sample = 0; sample < 50; ++sample) {
    const Augmentation with = draw_augmentation(kAll, 5, 0, sample);
    const Augmentation without = draw_augmentation({.flip = false, .crop_padding = 2}, 5, 0, sample);
    EXPECT_EQ(with.down, without.down);
    EXPECT_EQ(with.right, without.right);
  }
}

TEST(EpochOrder, IsAPermutationOfItsOwnForEverySeedAndEpoch) {
  const auto order = epoch_order(100, 7, 0);
  EXPECT_EQ(order, epoch_order(100, 7, 0));
  EXPECT_NE(order, epoch_order(100, 7, 1));
  EXPECT_NE(order, epoch_order(100, 8, 0));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(sorted[i], static_cast<std::int64_t>(i));
  EXPECT_NE(order, sorted);
}

TEST(EpochOrder, KeepsTheOrderAmongFewerSamples) {
  auto order = epoch_order(100, 7, 0);
  std::erase_if(order, [](std::int64_t sample) { return sample >= 40; });
  EXPECT_EQ(order, epoch_order(40, 7, 0)) << "a sample's place depends on its own stream only";
}

}  // namespace
}  // namespace vitrobust::train
