#include "models/attention/attention.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <set>

#include "core/error.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

/// The formulas as the papers print them, without the fused kernel: softmax(logits) v.
at::Tensor written_out(AttentionKind kind, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  at::Tensor logits;
  switch (kind) {
    case AttentionKind::standard:
      logits = at::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));
      break;
    case AttentionKind::quest:
      logits = at::matmul(q, (k / (k * k).sum(-1, true).sqrt()).transpose(-2, -1));
      break;
  }
  const auto weights = (logits - std::get<0>(logits.max(-1, true))).exp();
  return at::matmul(weights / weights.sum(-1, true), v);
}

struct Inputs {
  at::Tensor q, k, v;
  at::Tensor weights;  ///< of the outputs in the scalar whose gradient is taken
};

Inputs random_inputs() {
  torch::manual_seed(7);
  const auto draw = [] { return torch::randn({2, 2, 5, 3}, torch::dtype(torch::kDouble)); };
  return {draw(), draw(), draw(), draw()};
}

std::vector<at::Tensor> gradients(const at::Tensor& output, const Inputs& in) {
  return torch::autograd::grad({(output * in.weights).sum()}, {in.q, in.k, in.v});
}

class Attention : public testing::TestWithParam<AttentionKind> {};

TEST_P(Attention, EqualsTheWrittenOutFormulaInValuesAndGradients) {
  auto in = random_inputs();
  for (auto* tensor : {&in.q, &in.k, &in.v}) tensor->requires_grad_();
  const auto fused = attend(GetParam(), in.q, in.k, in.v);
  const auto plain = written_out(GetParam(), in.q, in.k, in.v);
  EXPECT_TRUE(tensors_near(fused.detach(), plain.detach(), 1e-12));
  const auto got = gradients(fused, in);
  const auto expected = gradients(plain, in);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(tensors_near(got[i], expected[i], 1e-12)) << "gradient of "
                                                          << "qkv"[i];
  }
}

TEST_P(Attention, GradientsMatchCentralDifferences) {
  auto in = random_inputs();
  for (auto* tensor : {&in.q, &in.k, &in.v}) tensor->requires_grad_();
  const auto got = gradients(attend(GetParam(), in.q, in.k, in.v), in);
  const auto value = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return (attend(GetParam(), q, k, v) * in.weights).sum();
  };
  constexpr double kStep = 1e-5;
  const auto in_q = central_differences([&](const auto& q) { return value(q, in.k, in.v); }, in.q, kStep);
  const auto in_k = central_differences([&](const auto& k) { return value(in.q, k, in.v); }, in.k, kStep);
  const auto in_v = central_differences([&](const auto& v) { return value(in.q, in.k, v); }, in.v, kStep);
  EXPECT_TRUE(tensors_near(got[0], in_q, 1e-8));
  EXPECT_TRUE(tensors_near(got[1], in_k, 1e-8));
  EXPECT_TRUE(tensors_near(got[2], in_v, 1e-8));
}

/// Keys of length 1e-3, 1e-9, 1e-14 and 0: the gradient grows as 1/‖k‖ down to the floor of 1e-12, is
/// constant below it, and never NaN.
TEST_P(Attention, GradientOfShortKeysIsFiniteAndRight) {
  for (const double length : {1e-3, 1e-9, 1e-14, 0.0}) {
    auto in = random_inputs();
    in.k = in.k / in.k.norm(2, -1, true) * length;
    in.k.requires_grad_();
    const auto value = [&](const at::Tensor& k) {
      return (attend(GetParam(), in.q, k, in.v) * in.weights).sum();
    };
    const auto got = torch::autograd::grad({value(in.k)}, {in.k})[0];
    ASSERT_TRUE(got.isfinite().all().item<bool>()) << length;
    // In units of the key's length, or of the floor, so that a difference is well above the rounding.
    const double unit = GetParam() == AttentionKind::quest ? std::max(length, 1e-12) : 1.0;
    const auto expected = central_differences(value, in.k, 1e-4 * unit);
    EXPECT_TRUE(tensors_near(got * unit, expected * unit, 1e-7)) << length;
  }
}

INSTANTIATE_TEST_SUITE_P(Formulations, Attention,
                         testing::Values(AttentionKind::standard, AttentionKind::quest),
                         [](const auto& instance) { return to_string(instance.param); });

TEST(QuestAttention, DoesNotDependOnTheLengthOfAnyKey) {
  const auto in = random_inputs();
  const auto lengths = torch::exp2(torch::randint(-10, 11, {2, 2, 5, 1}, torch::dtype(torch::kDouble)));
  const auto expected = attend_quest(in.q, in.k, in.v);
  EXPECT_TRUE(tensors_near(attend_quest(in.q, in.k * lengths, in.v), expected, 1e-12));
  EXPECT_TRUE(tensors_near(attend_quest(in.q, in.k * 3.7, in.v), expected, 1e-12));
  EXPECT_FALSE(
      tensors_near(attend_standard(in.q, in.k * 3.7, in.v), attend_standard(in.q, in.k, in.v), 0.01));
}

TEST(AttentionTable, NamesEveryFormulationOnce) {
  std::set<std::string_view> names;
  for (const auto& entry : attention_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.help.empty());
    EXPECT_EQ(to_string(entry.kind), entry.name);
    EXPECT_EQ(parse_attention(std::string(entry.name)), entry.kind);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"standard", "quest"}));
}

TEST(AttentionTable, SuggestsTheNearestName) {
  try {
    parse_attention("qest");
    FAIL() << "an unknown name was taken";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown attention 'qest'");
    EXPECT_NE(error.hint().find("quest"), std::string::npos) << error.hint();
  }
}

}  // namespace
}  // namespace vitrobust::models
