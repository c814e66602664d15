// The short cut of Gaussian noise must not move a pixel.
#include "corruptions/normal_noise.h"

#include <gtest/gtest.h>

#include <cmath>

#include "corruptions/corruption.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

/// A Philox stream that does not say what it is made of, so that every normal is computed in full.
class WithoutWords final : public RandomSource {
 public:
  explicit WithoutWords(const StreamKey& key) : source_(key) {}
  double uniform() override { return source_.uniform(); }
  double normal() override { return source_.normal(); }
  std::uint32_t integer(std::uint32_t bound) override { return source_.integer(bound); }
  void fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                    std::span<std::uint32_t> out) override {
    source_.fill_poisson(tables, levels, out);
  }

 private:
  PhiloxSource source_;
};

/// Every level equally often.
data::Image draw_all_levels(int height, int width) {
  data::Image image(height, width);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(i * 167);
  return image;
}

TEST(NormalNoise, CoarseNormalsGiveThePixelsOfTheFormula) {
  for (const char* name : {"gaussian_noise", "speckle_noise"}) {
    const CorruptionEntry* corruption = find_corruption(name);
    for (const ParameterSet set : {ParameterSet::imagenet, ParameterSet::cifar}) {
      for (int severity = 1; severity <= 5; ++severity) {
        std::uint64_t sample = 0;
        for (const data::Image& image :
             {draw_all_levels(500, 600), draw_scene(224, 224), draw_texture(13, 7)}) {
          const StreamKey key{.seed = 1, .condition = name, .sample_id = sample++, .restart = 0};
          PhiloxSource words(key);
          WithoutWords no_words(key);
          const auto apply = [&](RandomSource& random) {
            return corruption->apply(image, {.severity = severity, .set = set, .random = random});
          };
          EXPECT_EQ(apply(words), apply(no_words)) << name << " " << severity << " " << sample;
          EXPECT_EQ(words.uniform(), no_words.uniform()) << "the streams stand at the same place";
        }
      }
    }
  }
}

TEST(NormalNoise, CoarseNormalsAreAsNearAsPromised) {
  double largest = 0;
  for (std::uint32_t upper = kCoarseNormalTail; upper < ~kCoarseNormalTail - 997; upper += 997) {
    const double exact = normal_of(std::uint64_t{upper} << 32 | 0x80000000U);
    largest = std::max(largest, std::abs(exact - coarse_normal(upper)));
  }
  EXPECT_LE(largest, kCoarseNormalError / 2);
}

}  // namespace
}  // namespace vitrobust::corruptions
