#include "models/attention/attention.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "tests/models/naive_attention.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

/// Batches of 2 with 5 tokens, for the cases' 2 heads of width 3.
class Attention : public testing::TestWithParam<AttentionCase> {
 protected:
  static const VisionTransformerOptions& options() { return GetParam().options; }
  static bool previous() { return attention_entry(options().attention).uses_previous_block; }

  static AttentionInputs random_inputs() {
    torch::manual_seed(7);
    const auto draw = [] { return torch::randn({2, 2, 5, 3}, torch::dtype(torch::kDouble)); };
    AttentionInputs inputs{draw(), draw(), draw(), {}, {}, {}};
    for (const auto& parameter : attention_parameters(options()))
      inputs.learnt.push_back(torch::randn(parameter.shape, torch::dtype(torch::kDouble)) + 1);
    if (previous()) {
      inputs.previous_q = draw();
      inputs.previous_v = draw();
    }
    return inputs;
  }

  static at::Tensor mixed(const AttentionInputs& inputs) {
    return attend(attention_factors(inputs, options()), inputs.v);
  }

  /// A scalar that depends on every output.
  static at::Tensor scalar(const AttentionInputs& inputs) {
    const auto output = mixed(inputs);
    return (output * at::linspace(-1, 2, output.numel(), at::kDouble).view_as(output)).sum();
  }

  /// The inputs that a gradient is taken in, by name.
  static std::vector<std::pair<std::string, at::Tensor*>> leaves(AttentionInputs& inputs) {
    std::vector<std::pair<std::string, at::Tensor*>> found{
        {"q", &inputs.q}, {"k", &inputs.k}, {"v", &inputs.v}};
    for (std::size_t i = 0; i < inputs.learnt.size(); ++i)
      found.emplace_back("learnt " + std::to_string(i), &inputs.learnt[i]);
    if (previous()) {
      found.emplace_back("previous v", &inputs.previous_v);
      if (options().elliptical_delta == EllipticalDelta::queries)
        found.emplace_back("previous q", &inputs.previous_q);
    }
    return found;
  }

  static at::Tensor gradient(AttentionInputs inputs, at::Tensor AttentionInputs::*of) {
    inputs.*of = (inputs.*of).detach().clone().requires_grad_();
    return torch::autograd::grad({scalar(inputs)}, {inputs.*of})[0];
  }
};

TEST_P(Attention, EqualsTheFormulaNumberByNumber) {
  const auto inputs = random_inputs();
  const auto expected = naive_attention_weights(inputs, options());
  EXPECT_TRUE(tensors_near(attention_weights(attention_factors(inputs, options())), expected, 1e-13));
  EXPECT_TRUE(tensors_near(mixed(inputs), at::matmul(expected, inputs.v), 1e-13));
}

TEST_P(Attention, TheFirstBlockHasNoneBefore) {
  auto inputs = random_inputs();
  inputs.previous_q = inputs.previous_v = at::Tensor();
  const auto expected = naive_attention_weights(inputs, options());
  EXPECT_TRUE(tensors_near(attention_weights(attention_factors(inputs, options())), expected, 1e-13));
}

TEST_P(Attention, RowsOfWeightsSumToOne) {
  const auto weights = attention_weights(attention_factors(random_inputs(), options()));
  EXPECT_TRUE(tensors_near(weights.sum(-1), at::ones({2, 2, 5}, at::kDouble), 1e-14));
  EXPECT_GE(weights.min().item<double>(), 0);
}

TEST_P(Attention, PermutingTheTokensPermutesTheResult) {
  const auto inputs = random_inputs();
  const auto order = at::tensor({3, 0, 4, 1, 2}, at::kLong);
  auto permuted = inputs;
  for (auto* tensor : {&permuted.q, &permuted.k, &permuted.v, &permuted.previous_q, &permuted.previous_v})
    if (tensor->defined()) *tensor = tensor->index_select(2, order);
  EXPECT_TRUE(tensors_near(mixed(permuted), mixed(inputs).index_select(2, order), 1e-13));
}

TEST_P(Attention, AnImageDoesNotDependOnItsNeighbours) {
  const auto inputs = random_inputs();
  auto changed = inputs;
  for (auto* tensor : {&changed.q, &changed.k, &changed.v, &changed.previous_q, &changed.previous_v}) {
    if (!tensor->defined()) continue;
    *tensor = tensor->clone();
    tensor->select(0, 1).mul_(-3).add_(0.5);
  }
  EXPECT_TRUE(tensors_identical(mixed(changed).select(0, 0), mixed(inputs).select(0, 0)));
  EXPECT_FALSE(mixed(changed).select(0, 1).equal(mixed(inputs).select(0, 1)));
}

TEST_P(Attention, GradientsMatchCentralDifferences) {
  if (previous() && options().elliptical_gradient == EllipticalGradient::stop)
    GTEST_SKIP() << "what is computed is not what is differentiated, by intention";
  auto inputs = random_inputs();
  for (const auto& [name, leaf] : leaves(inputs)) {
    const at::Tensor at = *leaf;
    const auto value = [&, leaf = leaf](const at::Tensor& x) {
      *leaf = x;
      return scalar(inputs);
    };
    const auto x = at.clone().requires_grad_();
    const auto got = torch::autograd::grad({value(x)}, {x})[0];
    EXPECT_TRUE(tensors_near(got, central_differences(value, at, 1e-5), 1e-7)) << name;
    *leaf = at;
  }
}

/// Keys or queries of length 1e-3, 1e-9, 1e-14 and 0: a normalised one's gradient grows as 1/‖x‖ down to the
/// floor of 1e-12, is constant below it, and never NaN.
TEST_P(Attention, GradientsOfShortVectorsAreFiniteAndRight) {
  if (previous() && options().elliptical_gradient == EllipticalGradient::stop)
    GTEST_SKIP() << "what is computed is not what is differentiated, by intention";
  const auto kind = options().attention;
  const bool both = kind == AttentionKind::qknorm_hs || kind == AttentionKind::qknorm_ds;
  const bool unit_q = both || kind == AttentionKind::qnorm;
  const bool unit_k = both || kind == AttentionKind::quest || kind == AttentionKind::elliptical_quest;
  for (const auto of : {&AttentionInputs::q, &AttentionInputs::k}) {
    for (const double length : {1e-3, 1e-9, 1e-14, 0.0}) {
      auto inputs = random_inputs();
      const auto shrunk = inputs.*of / (inputs.*of).norm(2, -1, true) * length;
      inputs.*of = shrunk;
      const auto got = gradient(inputs, of);
      ASSERT_TRUE(got.isfinite().all().item<bool>()) << length;
      // In units of what the vector is divided by, so that a difference is well above the rounding.
      const bool unit_length = of == &AttentionInputs::q ? unit_q : unit_k;
      double unit = unit_length ? std::max(length, 1e-12) : 1.0;
      if (kind == AttentionKind::qknorm) unit = std::sqrt(options().norm_eps);
      const auto value = [&](const at::Tensor& x) {
        inputs.*of = x;
        return scalar(inputs);
      };
      const auto expected = central_differences(value, shrunk, 1e-4 * unit);
      EXPECT_TRUE(tensors_near(got * unit, expected * unit, 1e-6)) << length;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formulations, Attention, testing::ValuesIn(attention_cases()),
                         [](const auto& instance) { return instance.param.name; });

AttentionInputs three_inputs() {
  torch::manual_seed(7);
  const auto draw = [] { return torch::randn({2, 2, 5, 3}, torch::dtype(torch::kDouble)); };
  return {draw(), draw(), draw(), {}, draw(), draw()};
}

at::Tensor mixed_by(AttentionKind kind, const AttentionInputs& inputs) {
  VisionTransformerOptions options;
  options.embed_dim = 6;
  options.num_heads = 2;
  options.attention = kind;
  return attend(attention_factors(inputs, options), inputs.v);
}

TEST(QuestAttention, DoesNotDependOnTheLengthOfAnyKey) {
  const auto inputs = three_inputs();
  const auto lengths = torch::exp2(torch::randint(-10, 11, {2, 2, 5, 1}, torch::dtype(torch::kDouble)));
  const auto expected = mixed_by(AttentionKind::quest, inputs);
  auto longer = inputs;
  longer.k = inputs.k * lengths;
  EXPECT_TRUE(tensors_near(mixed_by(AttentionKind::quest, longer), expected, 1e-12));
  EXPECT_FALSE(tensors_near(mixed_by(AttentionKind::standard, longer),
                            mixed_by(AttentionKind::standard, inputs), 0.01));
}

/// With the weights' gradient stopped, the values are the same and the gradient is that of constant weights.
TEST(EllipticalAttention, StoppedGradientTakesTheWeightsForConstants) {
  VisionTransformerOptions options;
  options.embed_dim = 6;
  options.num_heads = 2;
  options.attention = AttentionKind::elliptical;
  auto inputs = three_inputs();
  inputs.v.requires_grad_();
  const auto through = attend(attention_factors(inputs, options), inputs.v);
  const auto in_v = torch::autograd::grad({through.square().sum()}, {inputs.v})[0];
  options.elliptical_gradient = EllipticalGradient::stop;
  const auto factors = attention_factors(inputs, options);
  const auto stopped = attend(factors, inputs.v);
  EXPECT_TRUE(tensors_identical(stopped.detach(), through.detach()));
  const auto got = torch::autograd::grad({stopped.square().sum()}, {inputs.v})[0];
  const AttentionFactors constant{factors.q.detach(), factors.k.detach(), factors.scale};
  const auto expected = torch::autograd::grad({attend(constant, inputs.v).square().sum()}, {inputs.v})[0];
  EXPECT_TRUE(tensors_near(got, expected, 1e-13));
  EXPECT_FALSE(tensors_near(got, in_v, 1e-3));
}

TEST(EllipticalAttention, ValuesThatDoNotChangeGiveFiniteNumbers) {
  auto inputs = three_inputs();
  inputs.previous_v = inputs.v;
  const auto uniform = inputs.v.mean(2, true).expand_as(inputs.v);
  EXPECT_TRUE(tensors_near(mixed_by(AttentionKind::elliptical, inputs), uniform, 1e-13));
}

TEST(AttentionTable, NamesEveryFormulationOnce) {
  std::set<std::string_view> names;
  for (const auto& entry : attention_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_FALSE(entry.help.empty());
    EXPECT_EQ(to_string(entry.kind), entry.name);
    EXPECT_EQ(parse_attention(std::string(entry.name)), entry.kind);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"standard", "quest", "qnorm", "qknorm", "qknorm-hs",
                                               "qknorm-ds", "elliptical", "elliptical-quest"}));
}

TEST(AttentionTable, LearntTensorsHaveTimmsNamesOrOurs) {
  const auto names_of = [](AttentionKind kind, QkNorm norm = QkNorm::layer_norm) {
    VisionTransformerOptions options;
    options.attention = kind;
    options.qk_norm = norm;
    std::vector<std::string> names;
    for (const auto& parameter : attention_parameters(options)) names.push_back(parameter.name);
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_of(AttentionKind::quest), Names{});
  EXPECT_EQ(names_of(AttentionKind::qknorm),
            (Names{"q_norm.weight", "q_norm.bias", "k_norm.weight", "k_norm.bias"}));
  EXPECT_EQ(names_of(AttentionKind::qknorm, QkNorm::rms_norm), (Names{"q_norm.weight", "k_norm.weight"}));
  EXPECT_EQ(names_of(AttentionKind::qknorm_hs), Names{"scale"});
  EXPECT_EQ(names_of(AttentionKind::qknorm_ds), (Names{"q_scale", "k_scale"}));
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
