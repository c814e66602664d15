#include "train/samples.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <vector>

#include "core/error.h"

namespace vitrobust::train {
namespace {

/// 4x2 images whose red, green and blue are 10·id, 10·id + 1 and 10·id + 2, the first column 100 more.
class StripedDataset final : public data::Dataset {
 public:
  explicit StripedDataset(std::uint64_t unreadable = 1000) : unreadable_(unreadable) {
    info_.class_names = {"even", "odd"};
  }
  [[nodiscard]] const data::DatasetInfo& info() const override { return info_; }
  [[nodiscard]] std::uint64_t size() const override { return 10; }
  [[nodiscard]] int label(std::uint64_t id) const override { return static_cast<int>(id % 2); }
  [[nodiscard]] std::string name(std::uint64_t id) const override { return std::to_string(id); }
  [[nodiscard]] std::string fingerprint() const override { return "sha256:striped"; }
  [[nodiscard]] data::Image load(std::uint64_t id) const override {
    if (id == unreadable_) throw InputError(name(id), "cannot be read");
    data::Image image(4, 2);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<std::uint8_t>(10 * id + i % 3 + (i / 3 % 2 == 0 ? 100 : 0));
    return image;
  }

 private:
  data::DatasetInfo info_;
  std::uint64_t unreadable_;
};

data::PreprocessConfig config() {
  data::PreprocessConfig config;
  config.height = 4;
  config.width = 2;
  config.crop_pct = 1;
  return config;
}

TEST(Samples, HoldTheRangeInPlanes) {
  for (const int threads : {1, 3}) {
    const Samples samples = load_samples(StripedDataset(), {.first = 3, .count = 4}, config(), threads);
    ASSERT_EQ(samples.size(), 4);
    EXPECT_TRUE(torch::equal(samples.labels, torch::tensor({1, 0, 1, 0}, torch::kLong)));
    EXPECT_EQ(samples.images.sizes(), (std::vector<std::int64_t>{4, 3, 4, 2}));
    for (int i = 0; i < 4; ++i)
      for (int channel = 0; channel < 3; ++channel) {
        const at::Tensor plane = samples.images[i][channel].to(torch::kLong);
        EXPECT_TRUE(plane.select(1, 0).eq(10 * (3 + i) + channel + 100).all().item<bool>());
        EXPECT_TRUE(plane.select(1, 1).eq(10 * (3 + i) + channel).all().item<bool>());
      }
  }
}

TEST(Samples, PassOnWhatCannotBeRead) {
  for (const int threads : {1, 3})
    EXPECT_THROW(load_samples(StripedDataset(4), {.first = 0, .count = 10}, config(), threads), InputError);
}

TEST(Samples, ChannelStatisticsAreThoseOfThePixels) {
  const Samples samples = load_samples(StripedDataset(), {.first = 0, .count = 10}, config(), 2);
  const ChannelStatistics statistics = channel_statistics(samples);
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    const at::Tensor values = samples.images.select(1, channel).to(torch::kDouble) / 255;
    const auto at = static_cast<std::size_t>(channel);
    EXPECT_NEAR(statistics.mean[at], values.mean().item<double>(), 5.1e-5);
    EXPECT_NEAR(statistics.std[at], values.std(/*unbiased=*/false).item<double>(), 5.1e-5);
  }
}

TEST(Samples, BatchesAreThePixelsOver255) {
  const Samples samples = load_samples(StripedDataset(), {.first = 0, .count = 10}, config(), 2);
  const at::Tensor expected = samples.images.narrow(0, 2, 3).to(torch::kFloat) / 255;
  EXPECT_TRUE(torch::equal(batch_images(samples, 2, 3), expected));
  const std::vector<std::int64_t> ids{2, 3, 4};
  EXPECT_TRUE(torch::equal(augmented_batch(samples, ids, {}, 0, 0), expected));
}

TEST(Samples, AugmentationDoesNotDependOnTheBatch) {
  const Samples samples = load_samples(StripedDataset(), {.first = 0, .count = 10}, config(), 2);
  const AugmentOptions options{.flip = true, .crop_padding = 1};
  const std::vector<std::int64_t> together{7, 1, 4};
  const at::Tensor batch = augmented_batch(samples, together, options, 3, 5);
  for (std::size_t i = 0; i < together.size(); ++i)
    EXPECT_TRUE(torch::equal(augmented_batch(samples, std::span(together).subspan(i, 1), options, 3, 5)[0],
                             batch[static_cast<std::int64_t>(i)]));
}

}  // namespace
}  // namespace vitrobust::train
