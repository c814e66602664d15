#include "models/vision_transformer.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"
#include "models/parameter_shapes.h"
#include "models/vision_transformer_classifier.h"
#include "tests/models/naive_attention.h"
#include "tests/models/tensor_testing.h"

namespace vitrobust::models {
namespace {

VisionTransformerOptions tiny_options(AttentionKind attention = AttentionKind::standard) {
  VisionTransformerOptions options;
  options.image_height = 8;
  options.image_width = 12;
  options.patch_size = 4;
  options.embed_dim = 8;
  options.depth = 2;
  options.num_heads = 2;
  options.mlp_hidden = 12;
  options.num_classes = 3;
  options.attention = attention;
  return options;
}

/// A float64 network whose parameters are all well away from their initial zeros and ones.
VisionTransformer random_model(const VisionTransformerOptions& options) {
  torch::manual_seed(11);
  VisionTransformer model(options);
  model->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.add_(torch::randn_like(parameter), 0.3);
  return model;
}

at::Tensor random_images(const VisionTransformerOptions& options, std::int64_t count) {
  return torch::randn({count, options.in_channels, options.image_height, options.image_width},
                      torch::dtype(torch::kDouble));
}

/// The network written out from the paper's equations 1–4 and timm's parameter names, in elementary
/// operations.
class WrittenOut {
 public:
  explicit WrittenOut(const VisionTransformer& model) : options_(model->options()) {
    for (const auto& item : model->named_parameters()) weights_[item.key()] = item.value().detach();
  }

  at::Tensor forward(const at::Tensor& images) {
    auto x = patches(images);
    if (options_.no_embed_class) x = x + weights_.at("pos_embed");
    std::vector<at::Tensor> parts;
    for (const auto* name : {"cls_token", "dist_token", "reg_token"}) {
      if (has(name)) parts.push_back(weights_.at(name).repeat({images.size(0), 1, 1}));
    }
    parts.push_back(x);
    x = at::cat(parts, 1);
    if (!options_.no_embed_class) x = x + weights_.at("pos_embed");
    x = maybe_norm(x, "norm_pre");
    AttentionInputs before;
    for (std::int64_t i = 0; i < options_.depth; ++i) {
      const auto block = "blocks." + std::to_string(i) + ".";
      x = x + scaled(attention(norm(x, block + "norm1"), block + "attn.", before), block + "ls1.gamma");
      x = x + scaled(mlp(norm(x, block + "norm2"), block + "mlp."), block + "ls2.gamma");
    }
    x = maybe_norm(x, "norm");
    if (options_.distilled) return (linear(x.select(1, 0), "head") + linear(x.select(1, 1), "head_dist")) / 2;
    return linear(maybe_norm(pool(x), "fc_norm"), "head");
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const { return weights_.contains(name); }

  at::Tensor linear(const at::Tensor& x, const std::string& name) {
    const auto product = at::matmul(x, weights_.at(name + ".weight").t());
    return has(name + ".bias") ? product + weights_.at(name + ".bias") : product;
  }

  at::Tensor norm(const at::Tensor& x, const std::string& name) {
    const auto centred = x - x.mean(-1, true);
    const auto variance = (centred * centred).mean(-1, true);
    return centred / (variance + options_.norm_eps).sqrt() * weights_.at(name + ".weight") +
           weights_.at(name + ".bias");
  }

  at::Tensor maybe_norm(const at::Tensor& x, const std::string& name) {
    return has(name + ".weight") ? norm(x, name) : x;
  }

  at::Tensor scaled(const at::Tensor& x, const std::string& name) {
    return has(name) ? x * weights_.at(name) : x;
  }

  /// One patch after the other, flattened by hand.
  at::Tensor patches(const at::Tensor& images) {
    const auto side = options_.patch_size;
    const auto weight = weights_.at("patch_embed.proj.weight").flatten(1);
    std::vector<at::Tensor> rows;
    for (std::int64_t y = 0; y < options_.image_height; y += side) {
      for (std::int64_t x = 0; x < options_.image_width; x += side) {
        const auto patch = images.narrow(2, y, side).narrow(3, x, side).flatten(1);
        auto row = at::matmul(maybe_norm(patch, "patch_embed.norm_in"), weight.t());
        if (has("patch_embed.proj.bias")) row = row + weights_.at("patch_embed.proj.bias");
        rows.push_back(maybe_norm(row, "patch_embed.norm"));
      }
    }
    return at::stack(rows, 1);
  }

  at::Tensor mlp(const at::Tensor& x, const std::string& name) {
    const auto hidden = linear(x, name + "fc1");
    if (options_.mlp == MlpKind::plain)
      return linear(0.5 * hidden * (1 + (hidden / std::sqrt(2.0)).erf()), name + "fc2");
    const auto half = options_.mlp_hidden / 2;
    const auto gate = hidden.narrow(-1, 0, half);
    return linear(gate / (1 + (-gate).exp()) * hidden.narrow(-1, half, half), name + "fc2");
  }

  at::Tensor attention(const at::Tensor& x, const std::string& name, AttentionInputs& before) {
    const auto qkv = linear(x, name + "qkv").chunk(3, -1);
    const auto heads_of = [&](const at::Tensor& joined) {
      std::vector<at::Tensor> heads;
      for (std::int64_t h = 0; h < options_.num_heads; ++h)
        heads.push_back(joined.narrow(-1, h * options_.head_dim(), options_.head_dim()));
      return at::stack(heads, 1);
    };
    AttentionInputs inputs{heads_of(qkv[0]), heads_of(qkv[1]), heads_of(qkv[2]), {}, before.q, before.v};
    for (const auto& parameter : attention_parameters(options_))
      inputs.learnt.push_back(weights_.at(name + parameter.name));
    const auto mixed = at::matmul(naive_attention_weights(inputs, options_), inputs.v);
    before = inputs;
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < options_.num_heads; ++h) heads.push_back(mixed.select(1, h));
    return linear(at::cat(heads, -1), name + "proj");
  }

  at::Tensor pool(const at::Tensor& x) {
    if (options_.pooling == Pooling::token) return x.select(1, 0);
    std::vector<at::Tensor> tokens;
    for (auto t = options_.pool_include_prefix ? 0 : x.size(1) - options_.patches(); t < x.size(1); ++t)
      tokens.push_back(x.select(1, t));
    const auto all = at::stack(tokens);
    const auto mean = all.sum(0) / static_cast<double>(tokens.size());
    const auto most = std::get<0>(all.max(0));
    if (options_.pooling == Pooling::avg) return mean;
    return options_.pooling == Pooling::max ? most : (mean + most) / 2;
  }

  VisionTransformerOptions options_;
  std::map<std::string, at::Tensor> weights_;
};

TEST(VisionTransformer, HasTimmsNamesAndShapesForViTTiny16) {
  std::map<std::string, std::vector<std::int64_t>> expected{{"cls_token", {1, 1, 192}},
                                                            {"pos_embed", {1, 197, 192}},
                                                            {"patch_embed.proj.weight", {192, 3, 16, 16}},
                                                            {"patch_embed.proj.bias", {192}},
                                                            {"norm.weight", {192}},
                                                            {"norm.bias", {192}},
                                                            {"head.weight", {1000, 192}},
                                                            {"head.bias", {1000}}};
  for (int i = 0; i < 12; ++i) {
    const auto block = "blocks." + std::to_string(i) + ".";
    for (const auto* name : {"norm1", "norm2"}) {
      expected[block + name + ".weight"] = {192};
      expected[block + name + ".bias"] = {192};
    }
    const std::map<std::string, std::pair<std::int64_t, std::int64_t>> linears{{"attn.qkv", {576, 192}},
                                                                               {"attn.proj", {192, 192}},
                                                                               {"mlp.fc1", {768, 192}},
                                                                               {"mlp.fc2", {192, 768}}};
    for (const auto& [name, shape] : linears) {
      expected[block + name + ".weight"] = {shape.first, shape.second};
      expected[block + name + ".bias"] = {shape.first};
    }
  }
  VisionTransformer model(VisionTransformerOptions{});
  std::map<std::string, std::vector<std::int64_t>> got;
  std::int64_t parameters = 0;
  for (const auto& item : model->named_parameters()) {
    got[item.key()] = item.value().sizes().vec();
    parameters += item.value().numel();
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(parameters, 5717416);
  EXPECT_TRUE(model->named_buffers().is_empty());
}

TEST(VisionTransformer, StartsAsTimmDoes) {
  torch::manual_seed(3);
  VisionTransformerOptions options;
  options.depth = 1;
  VisionTransformer model(options);
  const auto parameters = model->named_parameters();
  for (const auto* name :
       {"pos_embed", "blocks.0.attn.qkv.weight", "blocks.0.mlp.fc2.weight", "head.weight"}) {
    EXPECT_NEAR(parameters[name].std().item<double>(), 0.02, 0.0005) << name;
    EXPECT_NEAR(parameters[name].mean().item<double>(), 0, 0.0005) << name;
  }
  EXPECT_NEAR(parameters["cls_token"].std().item<double>(), 1e-6, 3e-7);
  for (const auto* name : {"blocks.0.attn.qkv.bias", "blocks.0.mlp.fc1.bias", "head.bias", "norm.bias"}) {
    EXPECT_EQ(parameters[name].abs().max().item<double>(), 0) << name;
  }
  EXPECT_TRUE(parameters["blocks.0.norm1.weight"].eq(1).all().item<bool>());
}

TEST(VisionTransformer, EveryParameterGetsAGradientInTraining) {
  auto options = tiny_options();
  options.pooling = Pooling::avg;
  auto model = random_model(options);
  model->forward(random_images(options, 2)).square().sum().backward();
  for (const auto& item : model->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().max().item<double>(), 0) << item.key();
  }
}

TEST(VisionTransformer, Float32AgreesWithFloat64) {
  auto model = random_model(tiny_options());
  const torch::NoGradGuard no_grad;
  const auto images = random_images(model->options(), 2);
  const auto expected = model->forward(images);
  model->to(torch::kFloat);
  const auto got = model->forward(images.to(torch::kFloat));
  EXPECT_EQ(got.scalar_type(), torch::kFloat);
  EXPECT_TRUE(tensors_near(got.to(torch::kDouble), expected, 1e-4));
}

TEST(VisionTransformer, RefusesImagesOfAnotherShape) {
  auto model = random_model(tiny_options());
  EXPECT_THROW(model->forward(torch::zeros({1, 3, 12, 8}, torch::kDouble)), InternalError);
  EXPECT_THROW(model->forward(torch::zeros({1, 1, 8, 12}, torch::kDouble)), InternalError);
  EXPECT_THROW(model->forward(torch::zeros({3, 8, 12}, torch::kDouble)), InternalError);
}

TEST(VisionTransformer, RefusesUnsoundOptions) {
  auto options = tiny_options();
  options.num_heads = 3;
  EXPECT_THROW(VisionTransformer{options}, InternalError);
}

struct Variant {
  std::string name;
  std::function<void(VisionTransformerOptions&)> change;
};

std::ostream& operator<<(std::ostream& stream, const Variant& variant) {
  return stream << variant.name;
}

class Variants : public testing::TestWithParam<Variant> {
 protected:
  static VisionTransformerOptions options() {
    auto options = tiny_options();
    GetParam().change(options);
    return options;
  }
};

TEST_P(Variants, ForwardEqualsTheWrittenOutNetwork) {
  auto model = random_model(options());
  const auto images = random_images(options(), 3);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(tensors_near(model->forward(images), WrittenOut(model).forward(images), 1e-11));
}

TEST_P(Variants, InputGradientMatchesCentralDifferences) {
  if (options().elliptical_gradient == EllipticalGradient::stop)
    GTEST_SKIP() << "what is computed is not what is differentiated, by intention";
  auto model = random_model(options());
  const auto images = random_images(options(), 1).requires_grad_();
  const auto weights = torch::randn({1, 3}, torch::dtype(torch::kDouble));
  const auto value = [&](const at::Tensor& x) { return (model->forward(x) * weights).sum(); };
  const auto got = torch::autograd::grad({value(images)}, {images})[0];
  EXPECT_GT(got.abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(tensors_near(got, central_differences(value, images, 1e-5), 1e-7));
}

/// In this order; a file is checked against it before a network is built.
TEST_P(Variants, HasTheParametersThatAreListed) {
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> listed;
  for (const auto& parameter : parameter_shapes(options()))
    listed.emplace_back(parameter.name, parameter.shape);
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> got;
  for (const auto& item : VisionTransformer(options(), InitialValues::unset)->named_parameters())
    got.emplace_back(item.key(), item.value().sizes().vec());
  EXPECT_EQ(got, listed);
}

TEST_P(Variants, ACloneIsTheSameNetworkOfItsOwn) {
  auto model = random_model(options());
  const auto images = random_images(options(), 2);
  const torch::NoGradGuard no_grad;
  const auto expected = model->forward(images);
  VisionTransformer clone(std::dynamic_pointer_cast<VisionTransformerImpl>(model->clone()));
  EXPECT_TRUE(tensors_identical(clone->forward(images), expected));
  for (auto& parameter : clone->parameters()) {
    const auto before = clone->forward(images);
    parameter.mul_(1.5).add_(0.25);
    // A constant that is added to all logits of a softmax alone changes nothing: the keys' bias has that
    // effect.
    EXPECT_FALSE(clone->forward(images).equal(before)) << parameter.sizes();
  }
  EXPECT_TRUE(tensors_identical(model->forward(images), expected));
}

TEST_P(Variants, KernelsAgree) {
  const auto plain = random_model(options());
  auto model = VisionTransformer(std::dynamic_pointer_cast<VisionTransformerImpl>(plain->clone()));
  auto images = random_images(options(), 5).sigmoid();
  if (options().in_channels == 1) images = images.expand({5, 3, 8, 12});
  const auto targets = at::zeros({5, 1}, at::kLong);
  const auto loss = [](const at::Tensor& logits, const at::Tensor&) { return logits.square().sum(1); };
  const auto exact = make_classifier(plain, {0, 0, 0}, {1, 1, 1}, {.dtype = at::kDouble})
                         ->loss_gradient(images, targets, loss);
  for (const auto kernels : kExactKernels) {
    if (!has_kernels(kernels)) continue;
    const auto frozen = make_classifier(model, {0, 0, 0}, {1, 1, 1}, {.kernels = kernels});
    const auto got = frozen->loss_gradient(images, targets, loss);
    EXPECT_TRUE(tensors_near(got.logits.to(at::kDouble), exact.logits, 2e-5)) << to_string(kernels);
    EXPECT_TRUE(tensors_near(got.gradient.to(at::kDouble), exact.gradient, 2e-4)) << to_string(kernels);
    EXPECT_TRUE(tensors_identical(frozen->logits(images), got.logits)) << to_string(kernels);
  }
}

std::vector<Variant> variants() {
  using O = VisionTransformerOptions;
  std::vector<Variant> found{
      {"no_qkv_bias", [](O& o) { o.qkv_bias = false; }},
      {"no_biases", [](O& o) { o.qkv_bias = o.proj_bias = o.patch_bias = o.head_bias = false; }},
      {"hf_norm_eps", [](O& o) { o.norm_eps = 1e-2; }},
      {"avg", [](O& o) { o.pooling = Pooling::avg; }},
      {"avg_with_prefix",
       [](O& o) {
         o.pooling = Pooling::avg;
         o.pool_include_prefix = true;
       }},
      {"max", [](O& o) { o.pooling = Pooling::max; }},
      {"avgmax", [](O& o) { o.pooling = Pooling::avgmax; }},
      {"avg_fc_norm",
       [](O& o) {
         o.pooling = Pooling::avg;
         o.fc_norm = true;
       }},
      {"token_fc_norm", [](O& o) { o.fc_norm = true; }},
      {"avg_without_class_token",
       [](O& o) {
         o.pooling = Pooling::avg;
         o.class_token = false;
       }},
      {"no_final_norm", [](O& o) { o.final_norm = false; }},
      {"layer_scale", [](O& o) { o.layer_scale = true; }},
      {"distilled", [](O& o) { o.distilled = true; }},
      {"registers", [](O& o) { o.registers = 3; }},
      {"dinov2",
       [](O& o) {
         o.registers = 2;
         o.no_embed_class = o.layer_scale = true;
         o.mlp = MlpKind::swiglu_packed;
         o.activation = Activation::silu;
       }},
      {"clip",
       [](O& o) {
         o.pre_norm = true;
         o.patch_bias = false;
       }},
      {"grey", [](O& o) { o.in_channels = 1; }},
      {"vit_pytorch",
       [](O& o) {
         o.head_width = 5;
         o.patch_norm_in = o.patch_norm_out = true;
         o.qkv_bias = false;
       }},
  };
  for (const auto& attention : attention_cases()) {
    found.push_back({attention.name, [attention](O& o) {
                       o.attention = attention.options.attention;
                       o.qk_norm = attention.options.qk_norm;
                       o.elliptical_delta = attention.options.elliptical_delta;
                       o.elliptical_gradient = attention.options.elliptical_gradient;
                     }});
  }
  return found;
}

INSTANTIATE_TEST_SUITE_P(Options, Variants, testing::ValuesIn(variants()),
                         [](const auto& instance) { return instance.param.name; });

TEST(VisionTransformer, NamesTheLastNormAsTimm) {
  auto options = tiny_options();
  options.pooling = Pooling::avg;
  EXPECT_TRUE(VisionTransformer(options)->named_parameters().contains("norm.weight"));
  options.fc_norm = true;
  options.class_token = false;
  const auto names = VisionTransformer(options)->named_parameters().keys();
  EXPECT_THAT(names, testing::Contains("fc_norm.weight"));
  EXPECT_THAT(names, testing::Not(testing::Contains("norm.weight")));
  EXPECT_THAT(names, testing::Not(testing::Contains("cls_token")));
}

TEST(Mlp, AppliesTheNamedActivation) {
  auto options = tiny_options();
  options.mlp_hidden = options.embed_dim;
  const auto x = torch::linspace(-4, 4, 24, torch::kDouble).view({1, 3, 8});
  const std::map<std::string, at::Tensor> expected{
      {"gelu", 0.5 * x * (1 + (x / std::sqrt(2.0)).erf())},
      {"gelu_tanh", 0.5 * x * (1 + (std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)).tanh())},
      {"quick_gelu", x / (1 + (-1.702 * x).exp())},
      {"relu", x.clamp_min(0)},
      {"silu", x / (1 + (-x).exp())}};
  for (const auto& [name, value] : expected) {
    options.activation = parse_activation(name);
    EXPECT_EQ(to_string(options.activation), name);
    Mlp mlp(options);
    mlp->to(torch::kDouble);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : mlp->parameters()) {
      parameter.copy_(parameter.dim() == 2 ? torch::eye(8, torch::kDouble) : torch::zeros(8, torch::kDouble));
    }
    EXPECT_TRUE(tensors_near(mlp->forward(x), value, 1e-14)) << name;
  }
}

}  // namespace
}  // namespace vitrobust::models
