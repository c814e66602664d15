#include "models/dialects/dialect.h"

namespace vitrobust::models {
namespace {

constexpr DialectRule kRules[] = {
    {"class_token", "cls_token"},
    {"conv_proj.*", "patch_embed.proj.*"},
    {"encoder.pos_embedding", "pos_embed"},
    {"encoder.layers.encoder_layer_#.ln_1.*", "blocks.#.norm1.*"},
    {"encoder.layers.encoder_layer_#.ln_2.*", "blocks.#.norm2.*"},
    {"encoder.layers.encoder_layer_#.self_attention.in_proj_weight", "blocks.#.attn.qkv.weight"},
    {"encoder.layers.encoder_layer_#.self_attention.in_proj_bias", "blocks.#.attn.qkv.bias"},
    {"encoder.layers.encoder_layer_#.self_attention.out_proj.*", "blocks.#.attn.proj.*"},
    {"encoder.layers.encoder_layer_#.mlp.0.*", "blocks.#.mlp.fc1.*"},
    {"encoder.layers.encoder_layer_#.mlp.3.*", "blocks.#.mlp.fc2.*"},
    // Of torchvision's first Vision Transformers.
    {"encoder.layers.encoder_layer_#.mlp.linear_1.*", "blocks.#.mlp.fc1.*"},
    {"encoder.layers.encoder_layer_#.mlp.linear_2.*", "blocks.#.mlp.fc2.*"},
    {"encoder.ln.*", "norm.*"},
    {"heads.head.*", "head.*"},
};

}  // namespace

DialectEntry torchvision_dialect() {
  data::PreprocessConfig preprocess;  // 224 pixels cut from 256
  preprocess.interpolation = data::Interpolation::bilinear;
  return {.name = "torchvision",
          .help = "VisionTransformer of torchvision",
          .signs = {"encoder.layers.encoder_layer_#.*"},
          .prefixes = {},
          .rules = kRules,
          .defaults = {.preprocess = preprocess}};
}

}  // namespace vitrobust::models
