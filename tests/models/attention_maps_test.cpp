#include <gmock/gmock.h>
#include <torch/torch.h>

#include "core/error.h"
#include "models/attention/attention.h"
#include "models/vision_transformer_classifier.h"
#include "tests/models/naive_attention.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

constexpr std::int64_t kCount = 5;

class AttentionMapsOf : public testing::TestWithParam<AttentionCase> {
 protected:
  static VisionTransformerOptions options() {
    VisionTransformerOptions options = GetParam().options;
    options.image_height = 8;
    options.image_width = 12;
    options.patch_size = 4;
    options.embed_dim = 8;
    options.depth = 3;
    options.num_heads = 2;
    options.mlp_hidden = 12;
    options.num_classes = 3;
    return options;
  }

  static std::shared_ptr<Classifier> classifier(at::ScalarType dtype = at::kDouble) {
    torch::manual_seed(5);
    VisionTransformer model(options());
    const torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.add_(torch::randn_like(parameter), 0.3);
    return make_classifier(model, {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}, {.dtype = dtype, .lanes = 2});
  }

  static at::Tensor images() {
    torch::manual_seed(7);
    return at::rand({kCount, 3, 8, 12}, at::kDouble);
  }
};

TEST_P(AttentionMapsOf, EveryBlockIsThereAndNothingElseChanges) {
  const auto model = classifier();
  const auto found = model->attention_maps(images());
  ASSERT_EQ(found.maps.size(), 3U);
  for (const auto& map : found.maps) {
    EXPECT_EQ(map.sizes(), (std::vector<std::int64_t>{kCount, 2, 7, 7}));
    EXPECT_TRUE(tensors_near(map.sum(-1), at::ones({kCount, 2, 7}, at::kDouble), 1e-14));
    EXPECT_FALSE(map.requires_grad());
  }
  EXPECT_FALSE(found.maps[0].equal(found.maps[1]));
  EXPECT_TRUE(tensors_identical(found.logits, model->logits(images())));
  EXPECT_EQ(model->info().patch_size, 4);
  EXPECT_EQ(model->info().blocks, 3);
  EXPECT_TRUE(model->info().class_token);
}

/// Frozen blocks form no maps, so that in float32 recording them rounds differently; outcomes must not
/// notice.
TEST_P(AttentionMapsOf, OutcomesInFloat32AreThoseWithoutMaps) {
  const auto model = classifier(at::kFloat);
  const auto logits = model->logits(images());
  EXPECT_TRUE(tensors_identical(model->attention_maps(images()).logits, logits));
  const auto targets = at::zeros({kCount, 1}, at::kLong);
  const auto got = model->attention_gradients(
      images(), targets, [](const at::Tensor& z, const std::vector<at::Tensor>&, const at::Tensor&) {
        return z.select(1, 0).unsqueeze(1);
      });
  const auto wrong = got.logits.argmax(1).ne(0).nonzero().squeeze(1);
  EXPECT_TRUE(tensors_identical(got.logits.index_select(0, wrong), logits.index_select(0, wrong)));
  EXPECT_TRUE(tensors_near(got.logits, logits, 1e-4));
}

TEST_P(AttentionMapsOf, LossesOfThemHaveGradients) {
  const auto model = classifier();
  const auto targets = at::zeros({kCount, 1}, at::kLong);
  const auto losses = [](const at::Tensor& logits, const std::vector<at::Tensor>& maps, const at::Tensor&) {
    return at::stack({logits.select(1, 0), maps[1].select(3, 2).mean({1, 2}).log()}, 1);
  };
  const auto got = model->attention_gradients(images(), targets, losses);
  EXPECT_TRUE(tensors_identical(got.logits, model->logits(images())));
  ASSERT_EQ(got.gradients.size(), 2U);
  const auto plain = model->loss_gradient(
      images(), targets, [](const at::Tensor& logits, const at::Tensor&) { return logits.select(1, 0); });
  EXPECT_TRUE(tensors_near(got.gradients[0], plain.gradient, 1e-13));
  if (GetParam().options.elliptical_gradient == EllipticalGradient::stop) return;  // not a derivative, then
  const auto attention = [&](const at::Tensor& x) {
    return model->attention_maps(x).maps[1].select(3, 2).mean({1, 2}).log().sum();
  };
  EXPECT_TRUE(tensors_near(got.gradients[1].narrow(0, 0, 1),
                           central_differences(attention, images().narrow(0, 0, 1), 1e-6), 1e-7));
}

INSTANTIATE_TEST_SUITE_P(Formulations, AttentionMapsOf, testing::ValuesIn(attention_cases()),
                         [](const auto& instance) { return instance.param.name; });

class Opaque final : public Classifier {
 public:
  Opaque() : Classifier({.classes = 2, .height = 2, .width = 2}, {0, 0, 0}, {1, 1, 1}, at::kDouble) {}

 private:
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override {
    return x.flatten(1).narrow(1, 0, 2);
  }
};

TEST(AttentionMaps, AModelWithoutThemSaysSo) {
  EXPECT_THROW((void)Opaque().attention_maps(at::zeros({1, 3, 2, 2}, at::kDouble)), UsageError);
}

}  // namespace
}  // namespace vitrobust::models
