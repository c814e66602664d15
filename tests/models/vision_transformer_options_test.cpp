#include "models/vision_transformer_options.h"

#include <gmock/gmock.h>

#include <cmath>

#include "core/error.h"

namespace vitrobust::models {
namespace {

VisionTransformerOptions of_kind(AttentionKind kind) {
  VisionTransformerOptions options;
  options.attention = kind;
  return options;
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
  const auto json = of_kind(AttentionKind::quest).to_json();
  EXPECT_EQ(
      json.dump(),
      R"({"img_size":[224,224],"in_chans":3,"patch_size":16,"embed_dim":192,"depth":12,"num_heads":3,)"
      R"("head_width":64,"mlp_hidden":768,"mlp_layer":"plain","num_classes":1000,"attention":"quest","qkv_bias":true,)"
      R"("proj_bias":true,"patch_bias":true,"patch_norm_in":false,"patch_norm_out":false,"head_bias":true,)"
      R"("layer_scale":false,"class_token":true,"distilled":false,"reg_tokens":0,"no_embed_class":false,)"
      R"("pre_norm":false,"final_norm":true,"fc_norm":false,"global_pool":"token",)"
      R"("pool_include_prefix":false,"act_layer":"gelu","norm_eps":1e-06})");
}

TEST(VisionTransformerOptions, SaysHowAFormulationIsSet) {
  const auto json = of_kind(AttentionKind::elliptical_quest).to_json();
  EXPECT_EQ(json.at("elliptical_gradient"), "through");
  EXPECT_EQ(json.at("elliptical_delta"), "constant");
  EXPECT_EQ(of_kind(AttentionKind::qknorm).to_json().at("qk_norm"), "layernorm");
}

TEST(VisionTransformerOptions, NamesWhatDoesNotGoTogether) {
  VisionTransformerOptions options;
  options.in_channels = 4;
  options.mlp = MlpKind::swiglu_packed;
  options.mlp_hidden = 13;
  options.registers = -1;
  options.head_width = 0;
  options.final_norm = false;
  options.fc_norm = true;
  using testing::HasSubstr;
  EXPECT_THAT(options.validate(),
              testing::UnorderedElementsAre(HasSubstr("in_channels 4"), HasSubstr("mlp_hidden 13"),
                                            HasSubstr("registers -1"), HasSubstr("head_width 0"),
                                            HasSubstr("final_norm")));
  VisionTransformerOptions distilled;
  distilled.distilled = distilled.fc_norm = true;
  distilled.class_token = false;
  distilled.registers = 1;
  distilled.pooling = Pooling::avg;
  EXPECT_EQ(distilled.validate().size(), 4U);
}

TEST(VisionTransformerOptions, NamesGoThereAndBack) {
  for (const auto pooling : {Pooling::token, Pooling::avg, Pooling::max, Pooling::avgmax}) {
    EXPECT_EQ(parse_pooling(to_string(pooling)), pooling);
  }
  EXPECT_THROW(parse_pooling("map"), UsageError);
  EXPECT_EQ(parse_qk_norm("rmsnorm"), QkNorm::rms_norm);
  EXPECT_EQ(parse_elliptical_gradient("stop"), EllipticalGradient::stop);
  EXPECT_EQ(parse_elliptical_delta("queries"), EllipticalDelta::queries);
  EXPECT_EQ(parse_mlp_kind("swiglu_packed"), MlpKind::swiglu_packed);
  EXPECT_THROW(parse_activation("GELU"), UsageError);
}

}  // namespace
}  // namespace vitrobust::models
