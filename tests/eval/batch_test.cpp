#include "eval/batch.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>

namespace vitrobust::eval {
namespace {

using testing::DoubleNear;

data::Image numbered_image(int height, int width, int start) {
  data::Image image(height, width);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<std::uint8_t>((static_cast<std::size_t>(start) + 7 * i) % 256);
  return image;
}

TEST(ToTensor, PutsChannelsFirstAndDividesBy255) {
  const std::vector<data::Image> images = {numbered_image(2, 3, 0), numbered_image(2, 3, 100)};
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor tensor = to_tensor(images, dtype);
    ASSERT_EQ(tensor.sizes(), (std::vector<std::int64_t>{2, 3, 2, 3}));
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t y = 0; y < 2; ++y)
          for (std::int64_t x = 0; x < 3; ++x) {
            const auto pixel =
                images[static_cast<std::size_t>(n)].pixels[static_cast<std::size_t>((y * 3 + x) * 3 + c)];
            const double expected = dtype == at::kDouble
                                        ? pixel / 255.0
                                        : static_cast<double>(static_cast<float>(pixel) / 255.0F);
            EXPECT_EQ(tensor.index({n, c, y, x}).item<double>(), expected);
          }
  }
}

TEST(ToTensor, TakesNoImagesAtAll) {
  EXPECT_EQ(to_tensor({}, at::kFloat).size(0), 0);
}

TEST(Score, MatchesTheDefinitions) {
  Batch batch;
  batch.ids = {10, 11, 12};
  batch.labels = {2, 0, 6};
  const at::Tensor logits = torch::tensor({{1.0, 2.0, 4.0, 0.0, -1.0, 0.5, 0.25},
                                           {1.0, 2.0, 4.0, 0.0, -1.0, 0.5, 0.25},
                                           {1.0, 2.0, 4.0, 0.5, 1.5, 3.0, 0.0}},
                                          torch::kDouble);
  const std::vector<reports::Outcome> outcomes = score(batch, logits);
  ASSERT_EQ(outcomes.size(), 3U);
  EXPECT_EQ(outcomes[0].sample_id, 10U);
  EXPECT_EQ(outcomes[0].prediction, 2);
  EXPECT_DOUBLE_EQ(outcomes[0].margin, 2.0);
  EXPECT_DOUBLE_EQ(outcomes[1].margin, -3.0);
  EXPECT_TRUE(outcomes[1].top5);
  EXPECT_FALSE(outcomes[2].top5) << "six logits are larger";
  const at::Tensor expected = -torch::log_softmax(logits, 1);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_THAT(
        outcomes[i].loss,
        DoubleNear(expected.index({static_cast<std::int64_t>(i), batch.labels[i]}).item<double>(), 1e-14));
}

TEST(Score, TiesGoToTheLowerClass) {
  Batch batch;
  batch.ids = {0};
  batch.labels = {1};
  const auto outcome = score(batch, torch::tensor({{3.0, 3.0, 0.0}})).at(0);
  EXPECT_EQ(outcome.prediction, 0);
  EXPECT_EQ(outcome.margin, 0);
}

TEST(Score, LargeLogitsDoNotOverflow) {
  Batch batch;
  batch.ids = {0};
  batch.labels = {1};
  EXPECT_DOUBLE_EQ(score(batch, torch::tensor({{1e30, 0.0, 0.0}}, torch::kDouble)).at(0).loss, 1e30);
}

TEST(ScoreSequences, ComparesTheFramesOfEachSample) {
  Batch batch;
  batch.ids = {4, 9};
  batch.labels = {0, 1};
  batch.images.resize(6);
  // Best classes of the frames: 0 1 0 of the first sample, 2 2 1 of the second.
  const at::Tensor logits = torch::tensor(
      {{3.0, 2.0, 1.0}, {2.0, 3.0, 1.0}, {3.0, 2.0, 1.0}, {1.0, 2.0, 3.0}, {1.0, 2.0, 3.0}, {1.0, 3.0, 2.0}});
  const auto consecutive = score_sequences(batch, logits, {});
  ASSERT_EQ(consecutive.size(), 2U);
  EXPECT_EQ(consecutive[0].sample_id, 4U);
  EXPECT_EQ(consecutive[1].label, 1);
  EXPECT_DOUBLE_EQ(consecutive[0].flip_share, 1);
  EXPECT_DOUBLE_EQ(consecutive[1].flip_share, 0.5);
  EXPECT_DOUBLE_EQ(consecutive[0].top5_distance, 2);  // two neighbours change places
  EXPECT_DOUBLE_EQ(consecutive[1].top5_distance, 1);
  const auto with_first = score_sequences(batch, logits.to(at::kFloat), {.with_first = true});
  EXPECT_DOUBLE_EQ(with_first[0].flip_share, 0.5);
  EXPECT_DOUBLE_EQ(with_first[1].flip_share, 0.5);
}

}  // namespace
}  // namespace vitrobust::eval
