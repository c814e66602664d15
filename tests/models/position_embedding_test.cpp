#include "models/position_embedding.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/error.h"
#include "core/json.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

using Grid = std::array<std::int64_t, 2>;

at::Tensor numbers(const Json& json, const char* key) {
  return at::tensor(json.at(key).get<std::vector<double>>(), at::kDouble).to(at::kFloat);
}

/// tests/golden/pos_embed.py
TEST(PositionEmbedding, IsResampledAsTimmDoes) {
  const Json json = read_json(std::string(VITROBUST_SOURCE_DIR) + "/tests/golden/pos_embed.json");
  ASSERT_EQ(json.at("cases").size(), 5U);
  for (const Json& found : json.at("cases")) {
    const auto width = found.at("width").get<std::int64_t>();
    const auto embedding = numbers(found, "embedding").view({1, -1, width});
    const auto expected = numbers(found, "resampled").view({1, -1, width});
    const auto got =
        resample_position_embedding(embedding, found.at("old").get<Grid>(), found.at("new").get<Grid>(),
                                    found.at("prefix").get<std::int64_t>());
    EXPECT_TRUE(tensors_near(got, expected, 1e-6)) << found.at("new").dump();
  }
}

TEST(PositionEmbedding, KeepsItsTypeAndAnEqualGridItsBits) {
  torch::manual_seed(3);
  const auto embedding = at::rand({1, 1 + 6, 4}, at::kDouble);
  EXPECT_TRUE(tensors_identical(resample_position_embedding(embedding, {2, 3}, {2, 3}, 1), embedding));
  const auto turned = resample_position_embedding(embedding, {2, 3}, {3, 2}, 1);
  EXPECT_EQ(turned.scalar_type(), at::kDouble);
  EXPECT_TRUE(tensors_identical(turned.narrow(1, 0, 1), embedding.narrow(1, 0, 1)));
  EXPECT_FALSE(tensors_near(turned, embedding, 1e-2));
}

TEST(PositionEmbedding, RefusesAnotherNumberOfPositions) {
  EXPECT_THROW(resample_position_embedding(at::zeros({1, 6, 4}), {2, 3}, {4, 6}, 1), InternalError);
  EXPECT_THROW(resample_position_embedding(at::zeros({7, 4}), {2, 3}, {4, 6}, 1), InternalError);
}

}  // namespace
}  // namespace vitrobust::models
