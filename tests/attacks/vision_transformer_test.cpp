// Attacks on a real Vision Transformer, whose passes have lanes: a sample gets the same in any batch.
#include "models/vision_transformer_classifier.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "attacks/attack.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

constexpr std::int64_t kSamples = 64;

std::shared_ptr<models::Classifier> network(models::AttentionKind attention, at::ScalarType dtype) {
  models::VisionTransformerOptions options;
  options.image_height = options.image_width = 16;
  options.patch_size = 4;
  options.embed_dim = 32;
  options.depth = 2;
  options.num_heads = 2;
  options.mlp_hidden = 64;
  options.num_classes = 6;
  options.attention = attention;
  torch::manual_seed(5);
  models::VisionTransformer model(options);
  const torch::NoGradGuard no_grad;
  // Larger weights than a fresh network has, so that the classes are apart.
  for (auto& parameter : model->parameters()) parameter.mul_(3).add_(torch::randn_like(parameter), 0.05);
  return models::make_classifier(model, {0.48, 0.45, 0.4}, {0.23, 0.22, 0.225}, dtype);
}

struct Case {
  const char* condition;
  models::AttentionKind attention;
};

class OnAVisionTransformer : public testing::TestWithParam<Case> {
 protected:
  void expect_same_in_any_batch(at::ScalarType dtype) const {
    const auto model = network(GetParam().attention, dtype);
    const toy::Batch batch = toy::make_batch(*model, kSamples, 6);
    const auto attack = toy::make(GetParam().condition);
    const AttackOutput whole = attack->run(*model, batch.input(), 3);
    const auto broken = whole.broken.sum().item<std::int64_t>();
    EXPECT_GT(broken, kSamples / 7 + 3);
    EXPECT_LT(broken, kSamples);
    model->set_threads(2);
    for (const std::int64_t size : {1, 7, 64}) {
      std::vector<std::int64_t> order(kSamples);
      std::iota(order.begin(), order.end(), 0);
      if (size > 1) std::reverse(order.begin(), order.end());
      for (std::int64_t begin = 0; begin < kSamples; begin += size) {
        const std::vector<std::int64_t> positions(order.begin() + begin,
                                                  order.begin() + std::min(begin + size, kSamples));
        const AttackOutput part = attack->run(*model, batch.rows(positions).input(), 3);
        const at::Tensor index = at::tensor(positions);
        EXPECT_TRUE(at::equal(part.adversarial, whole.adversarial.index_select(0, index))) << size;
        EXPECT_TRUE(at::equal(part.broken, whole.broken.index_select(0, index))) << size;
        EXPECT_TRUE(at::equal(part.queries, whole.queries.index_select(0, index))) << size;
      }
    }
  }
};

TEST_P(OnAVisionTransformer, AnyBatchGivesTheSameBitsInFloat32) {
  expect_same_in_any_batch(at::kFloat);
}

TEST_P(OnAVisionTransformer, AnyBatchGivesTheSameBitsInFloat64) {
  expect_same_in_any_batch(at::kDouble);
}

INSTANTIATE_TEST_SUITE_P(
    Attacks, OnAVisionTransformer,
    testing::Values(Case{"pgd:eps=2/255,step_size=0.5/255,steps=5", models::AttentionKind::standard},
                    Case{"apgd:norm=l2,eps=0.2,steps=10", models::AttentionKind::quest},
                    Case{"apgd:norm=l1,eps=2,steps=10,restarts=1", models::AttentionKind::standard},
                    Case{"apgd_t:eps=1/255,steps=10,targets=3", models::AttentionKind::quest}),
    [](const auto& test) { return std::to_string(test.index); });

}  // namespace
}  // namespace vitrobust::attacks
