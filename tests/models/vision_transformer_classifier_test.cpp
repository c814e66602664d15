#include "models/vision_transformer_classifier.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets) {
  return at::nll_loss(at::log_softmax(logits, 1), targets.select(1, 0), {}, at::Reduction::None);
}

struct NetworkShape {
  std::int64_t width;
  AttentionKind attention;
  at::ScalarType dtype;
};

std::string describe(const testing::TestParamInfo<NetworkShape>& info) {
  return to_string(info.param.attention) + "_" + std::to_string(info.param.width) +
         (info.param.dtype == at::kFloat ? "_float32" : "_float64");
}

/// The invariance that the suite stands on: a sample's logits and gradient have the same bits wherever it
/// stands and whatever stands beside it.
class Invariance : public testing::TestWithParam<NetworkShape> {
 protected:
  static constexpr std::int64_t kClasses = 10;

  static std::shared_ptr<Classifier> network(std::int64_t lanes) {
    VisionTransformerOptions options;
    options.image_height = 20;
    options.image_width = 16;
    options.patch_size = 4;
    options.embed_dim = GetParam().width;
    options.depth = 2;
    options.num_heads = GetParam().width / 32;
    options.mlp_hidden = 4 * GetParam().width;
    options.num_classes = kClasses;
    options.attention = GetParam().attention;
    torch::manual_seed(5);
    VisionTransformer model(options);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : model->parameters()) parameter.mul_(2).add_(torch::randn_like(parameter), 0.02);
    return make_classifier(model, {0.48, 0.45, 0.4}, {0.23, 0.22, 0.225},
                           {.dtype = GetParam().dtype, .lanes = lanes});
  }
};

TEST_P(Invariance, BitsDoNotDependOnPlaceNeighboursOrThreads) {
  constexpr std::int64_t kCount = 19;
  torch::manual_seed(17);
  const auto images = at::rand({kCount, 3, 20, 16}, GetParam().dtype);
  const auto targets = at::randint(kClasses, {kCount, 1}, at::kLong);
  for (const std::int64_t lanes : {1, 4, 8, 16}) {
    SCOPED_TRACE("lanes " + std::to_string(lanes));
    const auto classifier = network(lanes);
    const auto expected = classifier->loss_gradient(images, targets, cross_entropy);
    EXPECT_TRUE(tensors_identical(classifier->logits(images), expected.logits));
    classifier->set_threads(2);
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto order = at::randperm(kCount, at::kLong);
      const auto got =
          classifier->loss_gradient(images.index({order}), targets.index({order}), cross_entropy);
      EXPECT_TRUE(tensors_identical(got.logits, expected.logits.index({order})));
      EXPECT_TRUE(tensors_identical(got.loss, expected.loss.index({order})));
      EXPECT_TRUE(tensors_identical(got.gradient, expected.gradient.index({order})));
    }
    for (const std::int64_t row : {0, 7, 18}) {  // alone, among padding
      const auto alone =
          classifier->loss_gradient(images.narrow(0, row, 1), targets.narrow(0, row, 1), cross_entropy);
      EXPECT_TRUE(tensors_identical(alone.logits, expected.logits.narrow(0, row, 1)));
      EXPECT_TRUE(tensors_identical(alone.gradient, expected.gradient.narrow(0, row, 1)));
    }
  }
}

/// One sample at every place of a pass, among neighbours of all kinds: noise, black, white, copies.
TEST_P(Invariance, BitsAreTheSameAtEveryPlaceOfAPass) {
  torch::manual_seed(23);
  constexpr std::int64_t kLanes = 8;
  const auto classifier = network(kLanes);
  const auto sample = at::rand({3, 20, 16}, GetParam().dtype);
  const auto targets = at::full({kLanes, 1}, 3, at::kLong);
  LossGradient expected;
  for (std::int64_t place = 0; place < kLanes; ++place) {
    auto images = at::rand({kLanes, 3, 20, 16}, GetParam().dtype);
    if (place % 4 == 1) images.zero_();
    if (place % 4 == 2) images.fill_(1);
    if (place % 4 == 3) images.copy_(sample.expand_as(images));
    images[place] = sample;
    const auto got = classifier->loss_gradient(images, targets, cross_entropy);
    if (place == 0) expected = got;
    EXPECT_TRUE(tensors_identical(got.logits[place], expected.logits[0])) << place;
    EXPECT_TRUE(tensors_identical(got.gradient[place], expected.gradient[0])) << place;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Invariance,
                         testing::Values(NetworkShape{64, AttentionKind::standard, at::kFloat},
                                         NetworkShape{64, AttentionKind::quest, at::kDouble},
                                         NetworkShape{96, AttentionKind::standard, at::kDouble},
                                         NetworkShape{96, AttentionKind::quest, at::kFloat},
                                         NetworkShape{192, AttentionKind::standard, at::kFloat},
                                         NetworkShape{192, AttentionKind::quest, at::kFloat}),
                         describe);

VisionTransformerOptions tiny_options() {
  VisionTransformerOptions options;
  options.image_height = options.image_width = 8;
  options.patch_size = 4;
  options.embed_dim = 8;
  options.depth = 1;
  options.num_heads = 2;
  options.mlp_hidden = 16;
  options.num_classes = 3;
  return options;
}

TEST(MakeClassifier, FreezesConvertsAndDescribesTheNetwork) {
  VisionTransformer model(tiny_options());
  const auto classifier = make_classifier(model, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, {.dtype = at::kDouble});
  EXPECT_EQ(classifier->info().classes, 3);
  EXPECT_EQ(classifier->info().height, 8);
  EXPECT_EQ(classifier->info().width, 8);
  EXPECT_LE(classifier->info().lanes, default_lanes(tiny_options()));
  EXPECT_FALSE(model->is_training());
  const auto images = at::rand({2, 3, 8, 8}, at::kFloat);
  const auto result = classifier->loss_gradient(images, at::zeros({2, 1}, at::kLong), cross_entropy);
  EXPECT_EQ(result.logits.scalar_type(), at::kDouble);
  EXPECT_EQ(result.gradient.scalar_type(), at::kDouble);
  for (const auto& parameter : model->parameters()) {
    EXPECT_EQ(parameter.scalar_type(), at::kDouble);
    EXPECT_FALSE(parameter.requires_grad() || parameter.grad().defined());
  }
  EXPECT_THROW(make_classifier(model, {}, {}, {.dtype = at::kHalf}), InternalError);
}

/// The same at the size of ImageNet's models, whose products are cut into other blocks.
TEST(DefaultLanes, KeepRowsAlikeAtImageNetSize) {
  torch::manual_seed(29);
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      VisionTransformerOptions options;
      options.depth = 1;
      options.attention = attention;
      const auto classifier =
          make_classifier(VisionTransformer(options), {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}, {.dtype = dtype});
      const auto images = at::rand({3, 3, 224, 224}, dtype);
      const auto targets = at::tensor({1, 2, 3}, at::kLong).unsqueeze(1);
      const auto first = classifier->loss_gradient(images, targets, cross_entropy);
      const auto turned = classifier->loss_gradient(images.flip(0), targets.flip(0), cross_entropy);
      const auto last =
          classifier->loss_gradient(images.narrow(0, 1, 2), targets.narrow(0, 1, 2), cross_entropy);
      EXPECT_TRUE(tensors_identical(turned.logits.flip(0), first.logits));
      EXPECT_TRUE(tensors_identical(turned.gradient.flip(0), first.gradient));
      EXPECT_TRUE(tensors_identical(last.logits, first.logits.narrow(0, 1, 2)));
      EXPECT_TRUE(tensors_identical(last.gradient, first.gradient.narrow(0, 1, 2)));
    }
  }
}

/// Passes of this suite's own products need no padding, in neither precision; those of libraries keep it.
TEST(MakeClassifier, PadsThePassesOfLibrariesAlone) {
  if (!has_kernels(Kernels::avx512)) GTEST_SKIP() << "this processor has no AVX-512";
  VisionTransformerOptions options;
  options.image_height = options.image_width = 32;
  options.patch_size = 4;
  options.embed_dim = 64;
  options.depth = 3;
  options.num_heads = 2;
  options.mlp_hidden = 256;
  options.num_classes = 10;
  const auto images = at::rand({9, 3, 32, 32}, at::kFloat);
  const auto targets = at::randint(10, {9, 1}, at::kLong);
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    options.attention = attention;
    const auto made = [&](Kernels kernels, bool reduced) {
      torch::manual_seed(31);
      return make_classifier(VisionTransformer(options), {0.5, 0.5, 0.5}, {0.25, 0.25, 0.25},
                             {.kernels = kernels, .reduced = reduced});
    };
    EXPECT_TRUE(made(Kernels::mkl, false)->info().padded);
    EXPECT_TRUE(made(Kernels::plain, false)->info().padded);
    for (const bool reduced : {false, true}) {
      const auto classifier = made(Kernels::avx512, reduced);
      EXPECT_FALSE(classifier->info().padded);
      // Confirmed logits are those of float32: the losses are what the search saw.
      const auto all = classifier->loss_gradient(images, targets, cross_entropy);
      const auto search = classifier->search_logits(images);
      for (const std::int64_t count : {1, 2, 3, 5, 6, 7}) {
        const auto some =
            classifier->loss_gradient(images.narrow(0, 2, count), targets.narrow(0, 2, count), cross_entropy);
        EXPECT_TRUE(tensors_identical(some.loss, all.loss.narrow(0, 2, count))) << count;
        EXPECT_TRUE(tensors_identical(some.gradient, all.gradient.narrow(0, 2, count))) << count;
        EXPECT_TRUE(tensors_identical(classifier->search_logits(images.narrow(0, 2, count)),
                                      search.narrow(0, 2, count)));
      }
    }
  }
}

TEST(DefaultLanes, SuitTheShapeOfTheNetwork) {
  VisionTransformerOptions options;
  EXPECT_EQ(default_lanes(options), 1);
  options.image_height = options.image_width = 32;
  options.patch_size = 4;
  EXPECT_EQ(default_lanes(options), 4);
  options.mlp_hidden = 30;  // 4 · 65 · 30 activations leave a rest, which would fall to the last row
  EXPECT_EQ(default_lanes(options), 1);
}

TEST(MakeClassifier, GradientMatchesCentralDifferences) {
  torch::manual_seed(2);
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    auto options = tiny_options();
    options.attention = attention;
    const auto classifier = make_classifier(VisionTransformer(options), {0.4, 0.5, 0.6}, {0.2, 0.3, 0.25},
                                            {.dtype = at::kDouble});
    const auto image = at::rand({1, 3, 8, 8}, at::kDouble) * 0.8 + 0.1;
    const auto target = at::ones({1, 1}, at::kLong);
    const auto got = classifier->loss_gradient(image, target, cross_entropy).gradient;
    const auto loss = [&](const at::Tensor& x) { return cross_entropy(classifier->logits(x), target).sum(); };
    EXPECT_TRUE(tensors_near(got * 100, central_differences(loss, image, 1e-5) * 100, 1e-7));
  }
}

}  // namespace
}  // namespace vitrobust::models
