#include "train/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>
#include <string>

#include "models/vision_transformer.h"

namespace vitrobust::train {
namespace {

models::VisionTransformer tiny_model() {
  models::VisionTransformerOptions shape;
  shape.image_height = shape.image_width = 8;
  shape.patch_size = 4;
  shape.embed_dim = 8;
  shape.depth = 1;
  shape.num_heads = 2;
  shape.mlp_hidden = 16;
  shape.num_classes = 3;
  return models::VisionTransformer(shape);
}

TEST(Optimizer, DecaysMatricesOnly) {
  const std::set<std::string> decayed{"patch_embed.proj.weight",   "blocks.0.attn.qkv.weight",
                                      "blocks.0.attn.proj.weight", "blocks.0.mlp.fc1.weight",
                                      "blocks.0.mlp.fc2.weight",   "head.weight"};
  std::size_t seen = 0;
  for (const auto& parameter : tiny_model()->named_parameters()) {
    EXPECT_EQ(decays(parameter.key(), parameter.value()), decayed.contains(parameter.key()))
        << parameter.key();
    seen += decayed.contains(parameter.key());
  }
  EXPECT_EQ(seen, decayed.size());
}

TEST(Optimizer, GroupsHoldEveryParameterOnce) {
  const auto model = tiny_model();
  const auto optimizer = make_optimizer(*model, 0.3);
  ASSERT_EQ(optimizer.param_groups().size(), 2U);
  const auto decay = [&](std::size_t group) {
    return static_cast<const torch::optim::AdamWOptions&>(optimizer.param_groups()[group].options())
        .weight_decay();
  };
  EXPECT_DOUBLE_EQ(decay(0), 0.3);
  EXPECT_DOUBLE_EQ(decay(1), 0);
  EXPECT_EQ(optimizer.param_groups()[0].params().size(), 6U);
  EXPECT_EQ(optimizer.param_groups()[0].params().size() + optimizer.param_groups()[1].params().size(),
            model->parameters().size());
}

TEST(Optimizer, SetsTheLearningRateOfBothGroups) {
  const auto model = tiny_model();
  auto optimizer = make_optimizer(*model, 0.3);
  set_learning_rate(optimizer, 0.125);
  for (const auto& group : optimizer.param_groups()) EXPECT_DOUBLE_EQ(group.options().get_lr(), 0.125);
}

}  // namespace
}  // namespace vitrobust::train
