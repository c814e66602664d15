#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <optional>
#include <vector>

#include "core/error.h"
#include "models/freezable_linear.h"
#include "models/frozen_gelu.h"
#include "models/frozen_linear.h"
#include "models/vision_transformer_classifier.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

std::string name_of(const testing::TestParamInfo<Kernels>& info) {
  return to_string(info.param);
}

TEST(FrozenGelu, EqualsTheExactFormToFloatRounding) {
  std::vector<float> x;
  for (int i = -120'000; i <= 120'000; ++i) x.push_back(1e-4F * static_cast<float>(i));
  for (const float edge : {0.0F, -0.0F, 1e-30F, -1e-30F, 60.0F, -60.0F, 1e4F, -1e4F}) x.push_back(edge);
  std::vector<float> value(x.size());
  std::vector<float> derivative(x.size());
  gelu_with_derivative(x, value, derivative);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    const double phi = 0.5 * std::erfc(-v / std::sqrt(2.0));
    const double bell = std::exp(-v * v / 2) / std::sqrt(2 * M_PI);
    const double scale = std::max(1.0, std::abs(v));
    ASSERT_NEAR(value[i], v * phi, 2e-7 * scale) << v;
    ASSERT_NEAR(derivative[i], phi + v * bell, 4e-7) << v;
  }
}

/// The element-wise kernel has no vector tail of its own: an element is the same bits at every place.
TEST(FrozenGelu, BitsDoNotDependOnThePlace) {
  torch::manual_seed(3);
  const auto x = at::randn({1027});
  const auto all = frozen_gelu(x);
  for (const std::int64_t first : {1, 3, 16, 1000, 1026})
    EXPECT_TRUE(tensors_identical(frozen_gelu(x.narrow(0, first, 1027 - first).clone()),
                                  all.narrow(0, first, 1027 - first)));
}

TEST(FrozenGelu, DifferentiatesAndRefusesDoubles) {
  torch::manual_seed(3);
  const auto x = (3 * at::randn({5, 7})).requires_grad_();
  const auto weights = at::randn({5, 7});
  const auto got = torch::autograd::grad({(frozen_gelu(x) * weights).sum()}, {x})[0];
  const auto expected = torch::autograd::grad({(at::gelu(x) * weights).sum()}, {x})[0];
  EXPECT_TRUE(tensors_near(got, expected, 1e-6));
  EXPECT_THROW((void)frozen_gelu(at::zeros({2}, at::kDouble)), InternalError);
}

class FrozenKernels : public testing::TestWithParam<Kernels> {
 protected:
  void SetUp() override {
    if (!has_kernels(GetParam())) GTEST_SKIP() << "this processor or LibTorch has no such products";
  }
};

TEST_P(FrozenKernels, ProductAndInputGradientEqualThePlainOnes) {
  torch::manual_seed(3);
  const double tolerance = is_reduced(GetParam()) ? 1e-2 : 1e-6;
  for (const bool with_bias : {true, false}) {
    const auto weight = at::randn({96, 40});
    const auto bias = with_bias ? at::randn({96}) : at::Tensor();
    const FrozenLinear layer(weight, bias, GetParam());
    const auto x = at::randn({3, 5, 40}).requires_grad_();
    const auto gradient = at::randn({3, 5, 96});
    const auto product = layer.forward(x);
    const auto plain = at::linear(x.to(at::kDouble), weight.to(at::kDouble),
                                  with_bias ? bias.to(at::kDouble) : at::Tensor());
    EXPECT_EQ(product.scalar_type(), at::kFloat);
    EXPECT_EQ(product.sizes(), plain.sizes());
    EXPECT_LE(relative_error(product.detach(), plain.detach()), tolerance);
    const auto got = torch::autograd::grad({product}, {x}, {gradient})[0];
    EXPECT_LE(relative_error(got, at::matmul(gradient.to(at::kDouble), weight.to(at::kDouble))), tolerance);
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(tensors_identical(layer.forward(x), product.detach()));
    EXPECT_TRUE(tensors_identical(layer.forward(x.transpose(0, 1)), product.detach().transpose(0, 1)));
  }
  EXPECT_THROW(FrozenLinear(at::zeros({2, 2}, at::kDouble), {}, GetParam()), InternalError);
}

/// The layout for the gradient is made from the other one, which must not have cost a bit.
TEST_P(FrozenKernels, GiveTheWeightBack) {
  torch::manual_seed(3);
  const auto weight = at::randn({97, 41});
  const auto rounded = is_reduced(GetParam()) ? weight.to(at::kBFloat16) : weight;
  EXPECT_TRUE(tensors_identical(FrozenLinear(weight, {}, GetParam()).dense_weight(), rounded));
}

VisionTransformerOptions small_options(AttentionKind attention) {
  VisionTransformerOptions options;
  options.image_height = options.image_width = 32;
  options.patch_size = 4;
  options.embed_dim = 96;
  options.depth = 4;
  options.num_heads = 3;
  options.mlp_hidden = 384;
  options.num_classes = 10;
  options.attention = attention;
  return options;
}

std::shared_ptr<Classifier> network(AttentionKind attention, const ComputeOptions& compute) {
  torch::manual_seed(5);
  VisionTransformer model(small_options(attention));
  const torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.mul_(2).add_(torch::randn_like(parameter), 0.02);
  return make_classifier(model, {0.48, 0.45, 0.4}, {0.23, 0.22, 0.225}, compute);
}

LossGradient pass(const Classifier& classifier) {
  torch::manual_seed(11);
  const auto images = at::rand({8, 3, 32, 32});
  const auto labels = at::randint(10, {8, 1}, at::kLong);
  return classifier.loss_gradient(images, labels, [](const at::Tensor& logits, const at::Tensor& targets) {
    return at::cross_entropy_loss(logits, targets.select(1, 0), {}, at::Reduction::None);
  });
}

/// As near to the network in float64 as the plain one in float32 is, give or take a quarter: both only round.
TEST_P(FrozenKernels, NetworkEqualsThePlainOne) {
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    const bool reduced = is_reduced(GetParam());
    const auto exact = network(attention, {.dtype = at::kDouble});
    const auto plain = network(attention, {.kernels = Kernels::plain});
    const auto frozen =
        network(attention, {.kernels = reduced ? Kernels::plain : GetParam(),
                            .reduced = reduced,
                            .search_kernels = reduced ? std::optional(GetParam()) : std::nullopt});
    const auto expected = pass(*exact);
    const auto rounded = pass(*plain);
    const auto got = pass(*frozen);
    constexpr double kMargin = 1.25;
    const double of_logits = relative_error(rounded.logits, expected.logits);
    const double of_gradient = relative_error(rounded.gradient, expected.gradient);
    EXPECT_LE(relative_error(got.logits, expected.logits), reduced ? 3e-2 : kMargin * of_logits);
    EXPECT_LE(relative_error(got.gradient, expected.gradient), reduced ? 3e-2 : kMargin * of_gradient);
    EXPECT_EQ(frozen->info().kernels, reduced ? Kernels::plain : GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(All, FrozenKernels,
                         testing::Values(Kernels::mkl, Kernels::onednn, Kernels::avx512, Kernels::bf16_linear,
                                         Kernels::bf16_onednn, Kernels::bf16_avx512),
                         name_of);

TEST(ReducedPrecision, ReachesTheSearchAndNeverTheVerdict) {
  const auto exact = network(AttentionKind::standard, {});
  const auto reduced = network(AttentionKind::standard, {.reduced = true});
  EXPECT_TRUE(reduced->info().reduced());
  EXPECT_EQ(reduced->info().kernels, exact->info().kernels);
  torch::manual_seed(11);
  const auto images = at::rand({8, 3, 32, 32});
  EXPECT_TRUE(tensors_identical(reduced->logits(images), exact->logits(images)));
  EXPECT_TRUE(tensors_identical(exact->search_logits(images), exact->logits(images)));
  EXPECT_FALSE(reduced->search_logits(images).equal(reduced->logits(images)));
  const auto classes = reduced->search_logits(images).argmax(1, true);
  const auto loss = [](const at::Tensor& logits, const at::Tensor&) { return logits.select(1, 0); };
  EXPECT_TRUE(tensors_identical(reduced->loss_gradient(images, classes, loss).logits,
                                reduced->search_logits(images)));
  // Seen as misclassified, so the exact logits have the word.
  EXPECT_TRUE(tensors_identical(reduced->loss_gradient(images, (classes + 1) % 10, loss).logits,
                                exact->logits(images)));
  EXPECT_TRUE(tensors_identical(reduced->logits(images), exact->logits(images)));  // the guard is gone
}

/// A run that goes on searches as it began.
TEST(ReducedPrecision, TakesTheKernelsThatItIsGiven) {
  const auto kind = AttentionKind::standard;
  EXPECT_EQ(network(kind, {})->info().search_kernels, std::nullopt);
  const auto chosen = network(kind, {.reduced = true})->info().search_kernels;
  ASSERT_TRUE(chosen.has_value());
  EXPECT_TRUE(is_reduced(*chosen));
  for (const auto kernels : kReducedKernels) {
    if (!has_kernels(kernels)) continue;
    EXPECT_EQ(network(kind, {.reduced = true, .search_kernels = kernels})->info().search_kernels, kernels);
    EXPECT_EQ(parse_search_kernels(to_string(kernels)), kernels);
  }
  EXPECT_THROW(network(kind, {.reduced = true, .search_kernels = Kernels::mkl}), InternalError);
  EXPECT_THROW(parse_search_kernels("mkl"), InputError);
}

TEST(Kernels, HaveNamesAndDoublesHaveThePlainOnes) {
  for (const auto kernels : kExactKernels) EXPECT_EQ(parse_kernels(to_string(kernels)), kernels);
  EXPECT_THROW(parse_kernels("bf16_avx512"), UsageError);
  EXPECT_THROW(parse_kernels("cuda"), UsageError);
  const auto kind = AttentionKind::standard;
  EXPECT_EQ(network(kind, {.dtype = at::kDouble})->info().kernels, Kernels::plain);
  EXPECT_THROW(network(kind, {.dtype = at::kDouble, .kernels = Kernels::mkl}), UsageError);
  EXPECT_THROW(network(kind, {.dtype = at::kDouble, .reduced = true}), UsageError);
  EXPECT_THROW(network(kind, {.kernels = Kernels::bf16_linear}), InternalError);
}

TEST(Kernels, TheFastestIsOneThatExists) {
  for (const bool reduced : {false, true}) {
    const auto fastest = fastest_kernels(64, 96, 384, reduced);
    EXPECT_TRUE(has_kernels(fastest)) << to_string(fastest);
    EXPECT_EQ(is_reduced(fastest), reduced) << to_string(fastest);
    EXPECT_NE(fastest, Kernels::plain);
  }
}

}  // namespace
}  // namespace vitrobust::models
