// The parts of a frozen block against LibTorch's operators in float64. The whole network is in
// frozen_test.cpp.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "models/attention_kernel.h"
#include "models/frozen_block.h"
#include "models/gelu_kernel.h"
#include "models/row_kernels.h"
#include "models/vision_transformer_block.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

class FrozenBlocks : public testing::Test {
 protected:
  void SetUp() override {
    if (!FrozenBlock::supported()) GTEST_SKIP() << "this processor has no AVX-512";
    torch::manual_seed(7);
  }
};

HeadRows rows_of(const at::Tensor& x) {
  return {x.const_data_ptr<float>(), x.stride(0)};
}
MutableHeadRows mutable_rows_of(const at::Tensor& x) {
  return {x.mutable_data_ptr<float>(), x.stride(0)};
}

struct AttentionSize {
  std::int64_t tokens, width;
};
/// Below, at and above whole vectors and whole tiles.
constexpr AttentionSize kAttentionSizes[] = {{1, 1},   {2, 16},  {6, 3},    {17, 24},
                                             {65, 32}, {64, 64}, {197, 64}, {50, 100}};

/// What a kernel makes of queries, keys, values and the gradient of what it gives out.
struct Mixed {
  at::Tensor weights;  ///< [queries, padded tokens]
  at::Tensor out;      ///< [queries, width]
  at::Tensor slopes;   ///< of q, k and v, [3, tokens, width]; 0 for queries that were not asked for
};

Mixed mix(std::int64_t queries, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, float scale,
          bool reduced, const at::Tensor& gradient) {
  AttentionKernel kernel(queries, k.size(0), k.size(1), scale, reduced);
  const Mixed mixed{at::empty({queries, kernel.weights_size() / queries}), at::empty({queries, k.size(1)}),
                    at::zeros({3, k.size(0), k.size(1)})};
  kernel.forward(rows_of(q), rows_of(k), rows_of(v), mixed.weights.mutable_data_ptr<float>(),
                 mutable_rows_of(mixed.out));
  kernel.backward(rows_of(q), rows_of(k), rows_of(v), mixed.weights.const_data_ptr<float>(),
                  rows_of(gradient), mutable_rows_of(mixed.slopes[0]), mutable_rows_of(mixed.slopes[1]),
                  mutable_rows_of(mixed.slopes[2]));
  return mixed;
}

/// Rows are parts of longer ones.
TEST_F(FrozenBlocks, AttentionAndItsGradientsEqualTheFormulaInFloat64) {
  for (const auto& [tokens, width] : kAttentionSizes) {
    const double scale = 1.3 / std::sqrt(static_cast<double>(width));
    const at::Tensor qkv = at::randn({tokens, 3 * width + 5});
    const auto part = [&](std::int64_t i) { return qkv.narrow(1, i * width + 2, width); };
    const at::Tensor gradient = at::randn({tokens, width});
    std::vector<at::Tensor> exact;
    for (std::int64_t i = 0; i < 3; ++i) exact.push_back(part(i).to(at::kDouble).requires_grad_());
    const at::Tensor weights = at::softmax(at::matmul(exact[0], exact[1].t()) * scale, 1);
    const at::Tensor expected = at::matmul(weights, exact[2]);
    const auto slopes = torch::autograd::grad({expected}, exact, {gradient.to(at::kDouble)});

    const auto [kept, out, got] = mix(tokens, part(0), part(1), part(2), static_cast<float>(scale),
                                      /*reduced=*/false, gradient);
    EXPECT_TRUE(tensors_near(out.to(at::kDouble), expected.detach(), 2e-6)) << tokens << " " << width;
    EXPECT_TRUE(tensors_near(kept.narrow(1, 0, tokens).to(at::kDouble), weights.detach(), 1e-6));
    for (std::int64_t i = 0; i < 3; ++i)
      EXPECT_TRUE(tensors_near(got[i].to(at::kDouble), slopes[static_cast<std::size_t>(i)], 1e-5))
          << tokens << " " << width << " gradient " << i;
  }
}

at::Tensor rounded(const at::Tensor& x) {
  return x.to(at::kBFloat16).to(at::kDouble);
}

/// In bfloat16 every product's operands are rounded and nothing else: the same sums in float64 from rounded
/// operands. Logit gradients may round the other way where float32 and float64 lie on two sides of a tie.
TEST_F(FrozenBlocks, ReducedAttentionRoundsTheOperandsOfItsProducts) {
  if (!AttentionKernel::supported(true)) GTEST_SKIP() << "this processor has no bfloat16 products";
  for (const auto& [tokens, width] : kAttentionSizes) {
    const auto scale = static_cast<float>(1.3 / std::sqrt(static_cast<double>(width)));
    const at::Tensor qkv = at::randn({tokens, 3 * width + 5});
    const auto part = [&](std::int64_t i) { return qkv.narrow(1, i * width + 2, width); };
    const at::Tensor gradient = at::randn({tokens, width});
    const auto [kept, out, got] = mix(tokens, part(0), part(1), part(2), scale, /*reduced=*/true, gradient);

    const at::Tensor q = rounded(part(0));
    const at::Tensor k = rounded(part(1));
    const at::Tensor v = rounded(part(2));
    const at::Tensor g = rounded(gradient);
    const at::Tensor weights = kept.narrow(1, 0, tokens);
    EXPECT_TRUE(tensors_near(weights.to(at::kDouble), at::softmax(at::matmul(q, k.t()) * scale, 1), 1e-6));
    EXPECT_TRUE(tensors_near(out.to(at::kDouble), at::matmul(rounded(weights), v), 1e-5));
    EXPECT_TRUE(tensors_near(got[2].to(at::kDouble), at::matmul(rounded(weights).t(), g), 2e-5));
    const at::Tensor w = weights.to(at::kDouble);
    const at::Tensor slopes = at::matmul(g, v.t());
    const at::Tensor mean = (w * slopes).sum(1, /*keepdim=*/true);
    const at::Tensor logits = scale * w * (slopes - mean);
    // What float32 may be away, and what that makes of the rounded ones.
    const at::Tensor error = 4e-6 * scale * w * (slopes.abs() + (w * slopes.abs()).sum(1, /*keepdim=*/true));
    const at::Tensor ties = rounded(logits + error) - rounded(logits - error);
    const auto exceeds = [](const at::Tensor& is, const at::Tensor& expected, const at::Tensor& bound) {
      return ((is.to(at::kDouble) - expected).abs() > bound + 2e-5).any().item<bool>();
    };
    EXPECT_FALSE(exceeds(got[0], at::matmul(rounded(logits), k), at::matmul(ties, k.abs()))) << tokens;
    EXPECT_FALSE(exceeds(got[1], at::matmul(rounded(logits).t(), q), at::matmul(ties.t(), q.abs())))
        << tokens;
    EXPECT_LE(ties.count_nonzero().item<std::int64_t>(), 1 + ties.numel() / 50) << tokens;
  }
}

/// With some of the queries: the first rows of what all of them give, to the bit, and the gradients of
/// theirs.
TEST_F(FrozenBlocks, AttentionOfFewQueriesIsThatOfAllOfThem) {
  constexpr std::int64_t kTokens = 65;
  constexpr std::int64_t kWidth = 32;
  const at::Tensor q = at::randn({kTokens, kWidth});
  const at::Tensor k = at::randn({kTokens, kWidth});
  const at::Tensor v = at::randn({kTokens, kWidth});
  for (const bool reduced : {false, true}) {
    if (!AttentionKernel::supported(reduced)) continue;
    for (const std::int64_t queries : {1, 2, 7, 64}) {
      at::Tensor gradient = at::randn({kTokens, kWidth});
      gradient.narrow(0, queries, kTokens - queries).zero_();
      const Mixed all = mix(kTokens, q, k, v, 0.2F, reduced, gradient);
      const Mixed few = mix(queries, q, k, v, 0.2F, reduced, gradient);
      EXPECT_TRUE(tensors_identical(few.out, all.out.narrow(0, 0, queries))) << queries;
      EXPECT_TRUE(tensors_near(few.slopes, all.slopes, 1e-6)) << queries;
    }
  }
  EXPECT_THROW(AttentionKernel(3, 2, 4, 1, false), InternalError);
  EXPECT_THROW(AttentionKernel(0, 2, 4, 1, false), InternalError);
}

/// Logits far apart must neither overflow nor leave a row without weights.
TEST_F(FrozenBlocks, AttentionTakesLargeLogits) {
  AttentionKernel kernel(3, 3, 16, 1, false);
  const at::Tensor q = at::full({3, 16}, 1e4F);
  const at::Tensor k = at::stack({at::ones({16}), -at::ones({16}), at::zeros({16})});
  const at::Tensor v = at::eye(3, 16);
  const at::Tensor kept = at::empty({kernel.weights_size()});
  const at::Tensor out = at::empty({3, 16});
  kernel.forward(rows_of(q), rows_of(k), rows_of(v), kept.mutable_data_ptr<float>(), mutable_rows_of(out));
  EXPECT_TRUE(tensors_identical(out, at::eye(3, 16).narrow(0, 0, 1).expand({3, 16}).contiguous()));
}

TEST_F(FrozenBlocks, LayerNormAndItsGradientEqualThoseInFloat64) {
  for (const std::int64_t width : {1, 15, 16, 64, 100, 768}) {
    const at::Tensor x = 3 * at::randn({5, width}) + 2;
    const at::Tensor weight = at::randn({width});
    const at::Tensor bias = at::randn({width});
    const at::Tensor gradient = at::randn({5, width});
    const at::Tensor carried = at::randn({5, width});
    const at::Tensor exact = x.to(at::kDouble).requires_grad_();
    const at::Tensor expected =
        at::layer_norm(exact, {width}, weight.to(at::kDouble), bias.to(at::kDouble), 1e-6);
    const at::Tensor slope = torch::autograd::grad({expected}, {exact}, {gradient.to(at::kDouble)})[0];
    const LayerNormKernel norm{.rows = 5,
                               .width = width,
                               .weight = weight.const_data_ptr<float>(),
                               .bias = bias.const_data_ptr<float>(),
                               .eps = 1e-6F};
    const at::Tensor y = at::empty_like(x);
    const at::Tensor moments = at::empty({5, 2});
    norm.forward(x.const_data_ptr<float>(), y.mutable_data_ptr<float>(), moments.mutable_data_ptr<float>());
    const at::Tensor out = at::empty_like(x);
    norm.backward(x.const_data_ptr<float>(), moments.const_data_ptr<float>(),
                  gradient.const_data_ptr<float>(), carried.const_data_ptr<float>(),
                  out.mutable_data_ptr<float>());
    EXPECT_TRUE(tensors_near(y.to(at::kDouble), expected.detach(), 1e-5)) << width;
    EXPECT_TRUE(tensors_near(out.to(at::kDouble), slope + carried.to(at::kDouble), 1e-5)) << width;
  }
}

Block block_of(AttentionKind attention) {
  VisionTransformerOptions options;
  options.image_height = options.image_width = 16;
  options.patch_size = 4;
  options.embed_dim = 48;
  options.num_heads = 2;
  options.mlp_hidden = 96;
  options.attention = attention;
  Block block(options, InitialValues::drawn);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : block->parameters()) parameter.add_(torch::randn_like(parameter), 0.2);
  for (auto& parameter : block->parameters()) parameter.requires_grad_(false);
  return block;
}

void freeze(Block& block, Kernels kernels = Kernels::mkl) {
  auto parts = block->modules();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (auto* const layer = dynamic_cast<Freezable*>(part->get())) layer->freeze(kernels, std::nullopt);
}

at::Tensor run(Block& block, const at::Tensor& x, std::int64_t wanted) {
  AttentionCarry carry;
  return block->forward(x, carry, wanted);
}

at::Tensor run(Block& block, const at::Tensor& x) {
  return run(block, x, x.size(1));
}

TEST_F(FrozenBlocks, BlockAndItsGradientEqualThePlainOneInFloat64) {
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    Block block = block_of(attention);
    Block exact = std::dynamic_pointer_cast<BlockImpl>(block->clone());
    exact->to(at::kDouble);
    freeze(block);
    const at::Tensor x = at::randn({3, 9, 48}).requires_grad_();
    const at::Tensor gradient = at::randn({3, 9, 48});
    const at::Tensor x_exact = x.detach().to(at::kDouble).requires_grad_();
    const at::Tensor got = run(block, x);
    const at::Tensor expected = run(exact, x_exact);
    EXPECT_LE(relative_error(got.detach(), expected.detach()), 1e-6) << to_string(attention);
    const at::Tensor slope = torch::autograd::grad({got}, {x}, {gradient})[0];
    const at::Tensor slope_exact =
        torch::autograd::grad({expected}, {x_exact}, {gradient.to(at::kDouble)})[0];
    EXPECT_LE(relative_error(slope, slope_exact), 1e-6) << to_string(attention);
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(tensors_identical(run(block, x.detach()), got.detach()));
    EXPECT_TRUE(tensors_identical(run(block, x.detach().flip(0)), got.detach().flip(0)));
  }
}

/// What the caller does not want is not computed; the rest is what it was.
TEST_F(FrozenBlocks, TheFirstTokensDoNotDependOnHowManyAreWanted) {
  for (const auto attention : {AttentionKind::standard, AttentionKind::quest}) {
    Block block = block_of(attention);
    freeze(block, Kernels::avx512);
    const at::Tensor x = at::randn({3, 9, 48}).requires_grad_();
    const at::Tensor all = run(block, x);
    for (const std::int64_t wanted : {1, 2, 8}) {
      const at::Tensor few = run(block, x, wanted);
      const at::Tensor gradient = at::randn({3, wanted, 48});
      const at::Tensor slope = torch::autograd::grad({few}, {x}, {gradient})[0];
      const at::Tensor expected =
          torch::autograd::grad({all.narrow(1, 0, wanted)}, {x}, {gradient}, /*retain_graph=*/true)[0];
      EXPECT_TRUE(tensors_identical(few.detach(), all.narrow(1, 0, wanted).detach().contiguous())) << wanted;
      EXPECT_LE(relative_error(slope, expected.to(at::kDouble)), 1e-6) << wanted;
      const at::NoGradGuard no_grad;
      EXPECT_TRUE(tensors_identical(run(block, x.detach(), wanted), few.detach())) << wanted;
    }
    EXPECT_THROW((void)run(block, x, 10), InternalError);
    EXPECT_THROW((void)run(block, x, 0), InternalError);
  }
}

TEST_F(FrozenBlocks, GeluEqualsTheExactFormToFloatRounding) {
  std::vector<float> x;
  for (int i = -120'000; i <= 120'000; ++i) x.push_back(1e-4F * static_cast<float>(i));
  for (const float edge : {0.0F, -0.0F, 1e-30F, -1e-30F, 60.0F, -60.0F, 1e4F, -1e4F, 1e30F, -1e30F})
    x.push_back(edge);
  const auto count = static_cast<std::int64_t>(x.size());
  std::vector<float> value = x;
  std::vector<float> derivative(x.size());
  gelu_into(value.data(), derivative.data(), count);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = x[i];
    const double phi = 0.5 * std::erfc(-v / std::sqrt(2.0));
    const double bell = std::exp(-v * v / 2) / std::sqrt(2 * M_PI);
    ASSERT_NEAR(value[i], v * phi, 1.2e-7 * std::max(1.0, std::abs(v))) << v;
    ASSERT_NEAR(derivative[i], phi + v * bell, 4e-7) << v;
  }
  // Alone, at another place and without the derivative, every element is the same.
  for (const std::size_t first : {1UL, 5UL, 16UL, x.size() - 3}) {
    std::vector<float> rest(x.begin() + static_cast<std::ptrdiff_t>(first), x.end());
    gelu_into(rest.data(), nullptr, static_cast<std::int64_t>(rest.size()));
    for (std::size_t i = 0; i < rest.size(); ++i) ASSERT_EQ(rest[i], value[first + i]) << x[first + i];
  }
}

TEST_F(FrozenBlocks, GeluHandsOnWhatIsNoNumber) {
  std::vector<float> x{std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  gelu_into(x.data(), nullptr, 2);
  EXPECT_TRUE(std::isnan(x[0]));
  EXPECT_EQ(x[1], std::numeric_limits<float>::infinity());
}

/// Below the floor of F.normalize a unit vector is k/1e-12 and its slope I/1e-12: finite, as LibTorch's.
TEST_F(FrozenBlocks, KeysOfLengthZeroHaveTheSlopesOfLibTorch) {
  const at::Tensor keys = at::stack({at::zeros({4}), at::full({4}, 1e-14F), at::ones({4})}).view({3, 1, 4});
  const at::Tensor exact = keys.to(at::kDouble).requires_grad_();
  const at::Tensor unit =
      exact / at::linalg_vector_norm(exact, 2, at::IntArrayRef{-1}, true).clamp_min(1e-12);
  const at::Tensor gradient = at::randn({3, 1, 4});
  const at::Tensor slope = torch::autograd::grad({unit}, {exact}, {gradient.to(at::kDouble)})[0];
  const PartRows parts{.tokens = 3, .heads = 1, .width = 4, .stride = 4};
  const at::Tensor units = keys.clone();
  const at::Tensor lengths = at::empty({3});
  to_unit_length(parts, units.mutable_data_ptr<float>(), lengths.mutable_data_ptr<float>());
  const at::Tensor got = gradient.clone();
  unit_length_backward(parts, units.const_data_ptr<float>(), lengths.const_data_ptr<float>(),
                       got.mutable_data_ptr<float>());
  EXPECT_TRUE(tensors_near(units.to(at::kDouble), unit.detach(), 1e-6));
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_LE(relative_error(got[i], slope[i]), 1e-6) << i;
}

}  // namespace
}  // namespace vitrobust::models
