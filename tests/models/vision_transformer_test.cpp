#include "models/vision_transformer.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <cmath>
#include <map>

#include "core/error.h"
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
  return torch::randn({count, 3, options.image_height, options.image_width}, torch::dtype(torch::kDouble));
}

/// The network written out from the paper's equations 1–4 and timm's parameter names, in elementary
/// operations.
class WrittenOut {
 public:
  explicit WrittenOut(const VisionTransformer& model) : options_(model->options()) {
    for (const auto& item : model->named_parameters()) weights_[item.key()] = item.value().detach();
  }

  at::Tensor forward(const at::Tensor& images) {
    auto x = at::conv2d(images, weights_.at("patch_embed.proj.weight"), weights_.at("patch_embed.proj.bias"),
                        options_.patch_size)
                 .flatten(2)
                 .transpose(1, 2);
    if (options_.class_token) {
      x = at::cat({weights_.at("cls_token").repeat({images.size(0), 1, 1}), x}, 1);
    }
    x = x + weights_.at("pos_embed");
    for (std::int64_t i = 0; i < options_.depth; ++i) {
      const auto block = "blocks." + std::to_string(i) + ".";
      x = x + attention(norm(x, block + "norm1"), block + "attn.");
      const auto hidden = linear(norm(x, block + "norm2"), block + "mlp.fc1");
      x = x + linear(0.5 * hidden * (1 + (hidden / std::sqrt(2.0)).erf()), block + "mlp.fc2");
    }
    if (!options_.fc_norm) x = norm(x, "norm");
    const auto first_patch = options_.class_token ? 1 : 0;
    x = options_.pooling == Pooling::token ? x.select(1, 0) : x.slice(1, first_patch).mean(1);
    return linear(options_.fc_norm ? norm(x, "fc_norm") : x, "head");
  }

 private:
  at::Tensor linear(const at::Tensor& x, const std::string& name) {
    const auto product = at::matmul(x, weights_.at(name + ".weight").t());
    const auto bias = weights_.find(name + ".bias");
    return bias == weights_.end() ? product : product + bias->second;
  }

  at::Tensor norm(const at::Tensor& x, const std::string& name) {
    const auto centred = x - x.mean(-1, true);
    const auto variance = (centred * centred).mean(-1, true);
    return centred / (variance + options_.norm_eps).sqrt() * weights_.at(name + ".weight") +
           weights_.at(name + ".bias");
  }

  at::Tensor attention(const at::Tensor& x, const std::string& name) {
    const auto qkv = linear(x, name + "qkv").chunk(3, -1);
    std::vector<at::Tensor> heads;
    const auto width = options_.embed_dim / options_.num_heads;
    for (std::int64_t h = 0; h < options_.num_heads; ++h) {
      const auto q = qkv[0].narrow(-1, h * width, width);
      auto k = qkv[1].narrow(-1, h * width, width);
      if (options_.attention == AttentionKind::quest) {
        k = k / k.norm(2, -1, true);
      } else {
        k = k / std::sqrt(static_cast<double>(width));
      }
      heads.push_back(
          at::matmul(at::matmul(q, k.transpose(1, 2)).softmax(-1), qkv[2].narrow(-1, h * width, width)));
    }
    return linear(at::cat(heads, -1), name + "proj");
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
  void (*change)(VisionTransformerOptions&);
};

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
  auto model = random_model(options());
  const auto images = random_images(options(), 1).requires_grad_();
  const auto weights = torch::randn({1, 3}, torch::dtype(torch::kDouble));
  const auto value = [&](const at::Tensor& x) { return (model->forward(x) * weights).sum(); };
  const auto got = torch::autograd::grad({value(images)}, {images})[0];
  EXPECT_GT(got.abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(tensors_near(got, central_differences(value, images, 1e-5), 1e-7));
}

INSTANTIATE_TEST_SUITE_P(
    Options, Variants,
    testing::Values(Variant{"standard", [](VisionTransformerOptions&) {}},
                    Variant{"quest", [](VisionTransformerOptions& o) { o.attention = AttentionKind::quest; }},
                    Variant{"no_qkv_bias", [](VisionTransformerOptions& o) { o.qkv_bias = false; }},
                    Variant{"hf_norm_eps", [](VisionTransformerOptions& o) { o.norm_eps = 1e-2; }},
                    Variant{"avg", [](VisionTransformerOptions& o) { o.pooling = Pooling::avg; }},
                    Variant{"avg_fc_norm",
                            [](VisionTransformerOptions& o) {
                              o.pooling = Pooling::avg;
                              o.fc_norm = true;
                            }},
                    Variant{"avg_without_class_token",
                            [](VisionTransformerOptions& o) {
                              o.pooling = Pooling::avg;
                              o.class_token = false;
                            }}),
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

TEST(VisionTransformerOptions, NamesEveryProblem) {
  VisionTransformerOptions options;
  EXPECT_THAT(options.validate(), testing::IsEmpty());
  options.image_width = 220;
  options.num_heads = 5;
  options.depth = 0;
  options.class_token = false;
  options.norm_eps = 0;
  using testing::HasSubstr;
  EXPECT_THAT(options.validate(),
              testing::UnorderedElementsAre(HasSubstr("image_width 220 is not a multiple of patch_size 16"),
                                            HasSubstr("embed_dim 192 is not a multiple of num_heads 5"),
                                            HasSubstr("depth 0"), HasSubstr("needs a class token"),
                                            HasSubstr("norm_eps 0")));
}

TEST(VisionTransformerOptions, RefusesSizesWhoseProductsOverflow) {
  VisionTransformerOptions options;
  options.embed_dim = std::int64_t{1} << 62;
  options.patch_size = 0;
  options.num_classes = -1;
  options.norm_eps = std::nan("");
  EXPECT_EQ(options.validate().size(), 4U);
}

TEST(VisionTransformerOptions, SpeaksTimmsWordsInJson) {
  const auto json = tiny_options(AttentionKind::quest).to_json();
  EXPECT_EQ(json.dump(),
            R"({"img_size":[8,12],"patch_size":4,"embed_dim":8,"depth":2,"num_heads":2,"mlp_hidden":12,)"
            R"("num_classes":3,"attention":"quest","qkv_bias":true,"class_token":true,"global_pool":"token",)"
            R"("fc_norm":false,"act_layer":"gelu","norm_eps":1e-06})");
}

TEST(VisionTransformerOptions, NamesGoThereAndBack) {
  for (const auto pooling : {Pooling::token, Pooling::avg}) {
    EXPECT_EQ(parse_pooling(to_string(pooling)), pooling);
  }
  EXPECT_THROW(parse_pooling("max"), UsageError);
  EXPECT_THROW(parse_activation("GELU"), UsageError);
}

}  // namespace
}  // namespace vitrobust::models
