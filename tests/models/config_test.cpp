#include "models/config_json.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "models/transformers_config.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ModelConfig parse(const std::string& text) {
  return parse_model_config(parse_json(text, "config.json"), "config.json");
}

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const InputError& error) {
    return format_error(error);
  }
  return "no error";
}

TEST(ModelConfig, ReadsTimmsForm) {
  const ModelConfig config = parse(R"({
    "architecture": "vit_tiny_patch16_224", "num_classes": 2, "num_features": 192, "global_pool": "token",
    "label_names": ["n01", "n02"],
    "pretrained_cfg": {"tag": "augreg_in21k_ft_in1k", "custom_load": true, "input_size": [3, 224, 160],
      "fixed_input_size": true, "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "squash",
      "mean": [0.5, 0.4, 0.3], "std": [0.5, 1, 0.25], "num_classes": 1000, "pool_size": null,
      "first_conv": "patch_embed.proj", "classifier": "head"}})");
  EXPECT_EQ(config.architecture, "vit_tiny_patch16_224");
  EXPECT_EQ(config.num_classes, 2);
  EXPECT_EQ(config.pooling, Pooling::token);
  EXPECT_EQ(config.image_size, (std::array<std::int64_t, 2>{224, 160}));
  EXPECT_EQ(config.interpolation, data::Interpolation::bicubic);
  EXPECT_EQ(config.crop_mode, data::CropMode::squash);
  EXPECT_EQ(config.crop_pct, 0.9);
  EXPECT_EQ(config.std, (std::array<double, 3>{0.5, 1, 0.25}));
  EXPECT_THAT(config.class_names, ElementsAre("n01", "n02"));
  EXPECT_EQ(config.attention, std::nullopt);
  EXPECT_EQ(config.num_heads, std::nullopt);
}

TEST(ModelConfig, ReadsTheOlderFlatForm) {
  const ModelConfig config =
      parse(R"({"architecture": "deit_tiny_patch16_224", "num_classes": 10, "input_size": [3, 32, 32],
                "mean": [0.1, 0.2, 0.3]})");
  EXPECT_EQ(config.num_classes, 10);
  EXPECT_EQ(config.image_size, (std::array<std::int64_t, 2>{32, 32}));
  EXPECT_EQ(config.mean, (std::array<double, 3>{0.1, 0.2, 0.3}));
}

TEST(ModelConfig, ModelArgsGoBeforeThePretrainedConfiguration) {
  const ModelConfig config = parse(
      R"({"model_args": {"img_size": 384, "patch_size": [8, 8], "global_pool": "avg", "act_layer": "quick_gelu"},
          "global_pool": "token", "pretrained_cfg": {"input_size": [3, 224, 224]}})");
  EXPECT_EQ(config.image_size, (std::array<std::int64_t, 2>{384, 384}));
  EXPECT_EQ(config.patch_size, 8);
  EXPECT_EQ(config.pooling, Pooling::avg);
  EXPECT_EQ(config.activation, Activation::quick_gelu);
}

TEST(ModelConfig, UnknownKeysAndNullsSayNothing) {
  const ModelConfig config = parse(
      R"({"num_classes": null, "training": {"epochs": 3},
          "model_args": {"depth": null, "drop_rate": 0.1, "qk_norm": false, "init_values": null, "reg_tokens": 0}})");
  EXPECT_EQ(config.num_classes, std::nullopt);
  EXPECT_EQ(config.depth, std::nullopt);
}

TEST(ModelConfig, ReadsTimmsParts) {
  const ModelConfig config = parse(
      R"({"model_args": {"qk_norm": true, "init_values": 1e-5, "reg_tokens": 4, "no_embed_class": true,
          "pre_norm": true, "final_norm": false, "proj_bias": false, "in_chans": 1},
          "pretrained_cfg": {"mean": [0.5], "std": [0.25]}})");
  EXPECT_EQ(config.qk_norm, true);
  EXPECT_EQ(config.layer_scale, true);
  EXPECT_EQ(config.registers, 4);
  EXPECT_EQ(config.no_embed_class, true);
  EXPECT_EQ(config.pre_norm, true);
  EXPECT_EQ(config.final_norm, false);
  EXPECT_EQ(config.proj_bias, false);
  EXPECT_EQ(config.in_channels, 1);
  EXPECT_EQ(config.std, (std::array<double, 3>{0.25, 0.25, 0.25}));
}

TEST(ModelConfig, ReadsTransformersForm) {
  const ModelConfig config = parse(
      R"({"model_type": "vit", "architectures": ["ViTForImageClassification"], "hidden_size": 192,
          "num_hidden_layers": 6, "num_attention_heads": 3, "intermediate_size": 768, "hidden_act": "gelu_new",
          "layer_norm_eps": 1e-6, "image_size": 32, "patch_size": 4, "num_channels": 3, "qkv_bias": false,
          "id2label": {"0": "cat", "1": "dog"}})");
  EXPECT_EQ(config.architecture, "ViTForImageClassification");
  EXPECT_EQ(config.embed_dim, 192);
  EXPECT_EQ(config.depth, 6);
  EXPECT_EQ(config.num_heads, 3);
  EXPECT_EQ(config.mlp_hidden, 768);
  EXPECT_EQ(config.activation, Activation::gelu_tanh);
  EXPECT_EQ(config.norm_eps, 1e-6);
  EXPECT_EQ(config.image_size, (std::array<std::int64_t, 2>{32, 32}));
  EXPECT_EQ(config.qkv_bias, false);
  EXPECT_THAT(config.class_names, ElementsAre("cat", "dog"));
}

TEST(ModelConfig, TransformersDefaultsAreNotTimms) {
  const ModelConfig config =
      parse(R"({"model_type": "deit", "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}})");
  EXPECT_EQ(config.norm_eps, 1e-12);
  EXPECT_EQ(config.num_heads, 12);
  EXPECT_EQ(config.num_classes, 3);
  EXPECT_THAT(config.class_names, testing::IsEmpty());
}

ModelConfig preprocessed(const std::string& text) {
  ModelConfig config;
  config.image_size = {224, 224};
  add_preprocessor_config(parse_json(text, "preprocessor_config.json"), "preprocessor_config.json", config);
  return config;
}

TEST(PreprocessorConfig, ASizeIsResizedToWithoutACrop) {
  const ModelConfig config = preprocessed(
      R"({"size": {"height": 224, "width": 224}, "resample": 3, "image_mean": [0.1, 0.2, 0.3],
          "image_std": [0.4, 0.5, 0.6], "do_rescale": true, "rescale_factor": 0.00392156862745098})");
  EXPECT_EQ(config.crop_mode, data::CropMode::squash);
  EXPECT_EQ(config.crop_pct, 1);
  EXPECT_EQ(config.resize, std::nullopt);
  EXPECT_EQ(config.interpolation, data::Interpolation::bicubic);
  EXPECT_EQ(config.mean, (std::array<double, 3>{0.1, 0.2, 0.3}));
  EXPECT_THAT(config.notes, testing::IsEmpty());
  EXPECT_EQ(preprocessed(R"({"size": 224})").crop_mode, data::CropMode::squash);
  EXPECT_THAT(preprocessed(R"({"size": 384})").notes,
              ElementsAre(HasSubstr("resizes to 384x384, the network takes 224x224")));
}

TEST(PreprocessorConfig, CropsFollowADeiTsResizing) {
  const ModelConfig deit = preprocessed(
      R"({"size": {"height": 256, "width": 256}, "do_center_crop": true, "crop_size": {"height": 224, "width": 224}})");
  EXPECT_EQ(deit.crop_mode, data::CropMode::squash);
  EXPECT_EQ(deit.resize, 256);
  const ModelConfig shorter = preprocessed(R"({"size": {"shortest_edge": 248}, "do_center_crop": true})");
  EXPECT_EQ(shorter.crop_mode, data::CropMode::center);
  EXPECT_EQ(shorter.resize, 248);
}

TEST(PreprocessorConfig, WhatIsNotDoneIsNot) {
  const ModelConfig config =
      preprocessed(R"({"do_resize": false, "do_normalize": false, "image_mean": [1, 1, 1]})");
  EXPECT_EQ(config.mean, (std::array<double, 3>{0, 0, 0}));
  EXPECT_EQ(config.std, (std::array<double, 3>{1, 1, 1}));
  EXPECT_THAT(config.notes, ElementsAre(HasSubstr("does not resize")));
  EXPECT_THROW(preprocessed(R"({"do_rescale": false})"), InputError);
  EXPECT_THROW(preprocessed(R"({"rescale_factor": 1})"), InputError);
  EXPECT_THROW(preprocessed(R"({"resample": 6})"), InputError);
  EXPECT_THROW(preprocessed(R"({"size": {"longest_edge": 5}})"), InputError);
}

TEST(ModelConfig, LabelNamesMayBeNumbered) {
  EXPECT_THAT(parse(R"({"label_names": {"1": "b", "0": "a"}})").class_names, ElementsAre("a", "b"));
  EXPECT_THAT(parse(R"({"label_names": {"0": "a", "2": "c"}})").class_names, testing::IsEmpty());
}

TEST(ModelConfig, WritingAndReadingGiveTheSameModel) {
  VisionTransformerOptions options;
  options.image_height = 64;
  options.image_width = 32;
  options.patch_size = 4;
  options.embed_dim = 88;
  options.mlp_hidden = 384;  // 48/11 of the width, as ViT-g
  options.depth = 3;
  options.num_heads = 4;
  options.num_classes = 2;
  options.attention = AttentionKind::quest;
  options.qkv_bias = false;
  options.class_token = false;
  options.pooling = Pooling::avg;
  options.fc_norm = true;
  options.activation = Activation::silu;
  options.norm_eps = 1e-5;
  options.in_channels = 1;
  options.layer_scale = true;
  options.registers = 2;
  options.no_embed_class = true;
  options.pre_norm = true;
  options.proj_bias = false;
  options.pool_include_prefix = true;
  data::PreprocessConfig preprocess;
  preprocess.crop_pct = 1;
  preprocess.crop_mode = data::CropMode::border;
  preprocess.interpolation = data::Interpolation::lanczos;
  preprocess.resize = 80;
  preprocess.mean = {0.1, 0.2, 0.3};
  preprocess.std = {0.4, 0.5, 0.6};

  const Json json = make_config_json(options, preprocess, {"cat", "dog"}, "vitrobust_vit");
  const ModelConfig config = parse(dump_json(json));
  EXPECT_EQ(config.architecture, "vitrobust_vit");
  EXPECT_THAT(config.class_names, ElementsAre("cat", "dog"));
  EXPECT_EQ(config.image_size, (std::array<std::int64_t, 2>{64, 32}));
  EXPECT_EQ(config.patch_size, 4);
  EXPECT_EQ(config.embed_dim, 88);
  EXPECT_EQ(config.depth, 3);
  EXPECT_EQ(config.num_heads, 4);
  EXPECT_DOUBLE_EQ(config.mlp_ratio.value(), 48.0 / 11.0);
  EXPECT_EQ(config.num_classes, 2);
  EXPECT_EQ(config.attention, AttentionKind::quest);
  EXPECT_EQ(config.qkv_bias, false);
  EXPECT_EQ(config.class_token, false);
  EXPECT_EQ(config.pooling, Pooling::avg);
  EXPECT_EQ(config.fc_norm, true);
  EXPECT_EQ(config.activation, Activation::silu);
  EXPECT_EQ(config.norm_eps, 1e-5);
  EXPECT_EQ(config.in_channels, 1);
  EXPECT_EQ(config.layer_scale, true);
  EXPECT_EQ(config.registers, 2);
  EXPECT_EQ(config.no_embed_class, true);
  EXPECT_EQ(config.pre_norm, true);
  EXPECT_EQ(config.proj_bias, false);
  EXPECT_EQ(config.pool_include_prefix, true);
  EXPECT_EQ(config.crop_pct, 1);
  EXPECT_EQ(config.crop_mode, data::CropMode::border);
  EXPECT_EQ(config.interpolation, data::Interpolation::lanczos);
  EXPECT_EQ(config.resize, 80);
  EXPECT_EQ(config.mean, preprocess.mean);
  EXPECT_EQ(config.std, preprocess.std);
}

TEST(ModelConfig, WritesOfTimmsArgumentsOnlyWhatTimmHas) {
  const Json args = make_config_json({}, {}, {}, "vit_tiny_patch16_224").at("model_args");
  EXPECT_FALSE(args.contains("norm_eps"));
  EXPECT_FALSE(args.contains("act_layer"));
  EXPECT_EQ(args.at("mlp_ratio"), 4.0);
}

struct Malformed {
  const char* name;
  const char* text;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Malformed& test) {
  return stream << test.name;
}

class MalformedConfig : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedConfig, IsRefusedByKey) {
  EXPECT_THAT(error_of(GetParam().text), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Key, MalformedConfig,
    testing::Values(
        Malformed{"NotAnObject", "[]", "config.json: expected an object, got an array"},
        Malformed{"ClassesAsText", R"({"num_classes": "10"})",
                  "config.json: 'num_classes' is a string, expected an integer"},
        Malformed{"ClassesAsTruthValue", R"({"num_classes": true})",
                  "'num_classes' is true, expected an integer"},
        Malformed{"ClassesAsFraction", R"({"num_classes": 10.0})",
                  "'num_classes' is 10.0, expected an integer"},
        Malformed{"ClassesNegative", R"({"num_classes": -1})", "'num_classes' is -1, expected an integer"},
        Malformed{"ClassesHuge", R"({"num_classes": 4294967296})", "'num_classes' is 4294967296"},
        Malformed{"ArgsNotAnObject", R"({"model_args": 1})", "config.json: model_args: expected an object"},
        Malformed{"DepthAsList", R"({"model_args": {"depth": [12]}})",
                  "config.json: model_args: 'depth' is an array, expected an integer"},
        Malformed{"BiasAsNumber", R"({"model_args": {"qkv_bias": 1}})",
                  "'qkv_bias' is 1, expected true or false"},
        Malformed{"RatioAsText", R"({"model_args": {"mlp_ratio": "4"}})", "'mlp_ratio' is a string"},
        Malformed{"ImageOfThreeSides", R"({"model_args": {"img_size": [1, 2, 3]}})",
                  "'img_size' is an array, expected 2 integers"},
        Malformed{"PatchNotSquare", R"({"model_args": {"patch_size": [8, 4]}})",
                  "'patch_size' is not square"},
        Malformed{"InputOfTwoSides", R"({"pretrained_cfg": {"input_size": [224, 224]}})",
                  "expected 3 integers"},
        Malformed{"MeanOfTwo", R"({"pretrained_cfg": {"mean": [0.5, 0.5]}})",
                  "config.json: pretrained_cfg: 'mean' is an array, expected three numbers"},
        Malformed{"StdOfText", R"({"pretrained_cfg": {"std": ["a", "b", "c"]}})", "expected three numbers"},
        Malformed{"Interpolation", R"({"pretrained_cfg": {"interpolation": "bicubc"}})",
                  "did you mean 'bicubic'"},
        Malformed{"CropMode", R"({"pretrained_cfg": {"crop_mode": "middle"}})", "unknown crop mode 'middle'"},
        Malformed{"Attention", R"({"attention": "qest"})", "did you mean 'quest'"},
        Malformed{"AttentionAsNumber", R"({"attention": 1})", "'attention' is 1, expected a string"},
        Malformed{"Pooling", R"({"global_pool": "map"})", "unknown pooling 'map'"},
        Malformed{"Activation", R"({"model_args": {"act_layer": "swish"}})", "unknown activation 'swish'"},
        Malformed{"LabelsAsNumbers", R"({"label_names": [1, 2]})", "'label_names' holds an integer"},
        Malformed{"LabelsAsText", R"({"label_names": "cat"})", "'label_names' is a string"},
        Malformed{"LabelsTooFew", R"({"label_names": ["a"], "num_classes": 2})", "has 1 names for 2 classes"},
        Malformed{"OtherNorm", R"({"model_args": {"norm_layer": "rmsnorm"}})", "does not support"},
        Malformed{
            "TransformersKind", R"({"model_type": "swin"})",
            "model_type 'swin' is none of vit, deit\nhint: a network of another kind runs as TorchScript"},
        Malformed{"TransformersActivation", R"({"model_type": "vit", "hidden_act": "mish"})",
                  "'hidden_act': unknown activation 'mish'"},
        Malformed{"TransformersLabels", R"({"model_type": "vit", "id2label": ["a"]})",
                  "'id2label' is an array, expected an object"},
        Malformed{"TransformersPatch", R"({"model_type": "vit", "patch_size": [8, 4]})",
                  "'patch_size' is not square"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace vitrobust::models
