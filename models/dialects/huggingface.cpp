#include "models/dialects/dialect.h"

namespace vitrobust::models {
namespace {

/// transformers has kept the names of its files through version 5, which has others in memory: both occur.
constexpr DialectRule kRules[] = {
    {"embeddings.cls_token", "cls_token"},
    {"embeddings.distillation_token", "dist_token"},
    {"embeddings.mask_token", ""},
    {"embeddings.position_embeddings", "pos_embed"},
    {"embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"},
    {"encoder.layer.#.layernorm_before.*", "blocks.#.norm1.*"},
    {"encoder.layer.#.layernorm_after.*", "blocks.#.norm2.*"},
    {"encoder.layer.#.attention.attention.query.*", "blocks.#.attn.qkv.*", nullptr, 0, 3},
    {"encoder.layer.#.attention.attention.key.*", "blocks.#.attn.qkv.*", nullptr, 1, 3},
    {"encoder.layer.#.attention.attention.value.*", "blocks.#.attn.qkv.*", nullptr, 2, 3},
    {"encoder.layer.#.attention.output.dense.*", "blocks.#.attn.proj.*"},
    {"encoder.layer.#.intermediate.dense.*", "blocks.#.mlp.fc1.*"},
    {"encoder.layer.#.output.dense.*", "blocks.#.mlp.fc2.*"},
    {"layers.#.layernorm_before.*", "blocks.#.norm1.*"},
    {"layers.#.layernorm_after.*", "blocks.#.norm2.*"},
    {"layers.#.attention.q_proj.*", "blocks.#.attn.qkv.*", nullptr, 0, 3},
    {"layers.#.attention.k_proj.*", "blocks.#.attn.qkv.*", nullptr, 1, 3},
    {"layers.#.attention.v_proj.*", "blocks.#.attn.qkv.*", nullptr, 2, 3},
    {"layers.#.attention.o_proj.*", "blocks.#.attn.proj.*"},
    {"layers.#.mlp.*", "blocks.#.mlp.*"},
    {"layernorm.*", "norm.*"},
    {"pooler.*", ""},
    {"classifier.*", "head.*"},
    {"cls_classifier.*", "head.*"},
    {"distillation_classifier.*", "head_dist.*"},
};

/// A DeiT without its second head classifies by the class token alone: the other token is then a register.
void finish(const TensorCatalogue& /*catalogue*/, Translation& translation) {
  CanonicalTensor* token = translation.find("dist_token");
  if (token && !translation.find("head_dist.weight")) token->name = "reg_token";
}

}  // namespace

DialectEntry huggingface_dialect() {
  data::PreprocessConfig preprocess;
  preprocess.crop_mode = data::CropMode::squash;
  preprocess.crop_pct = 1;
  preprocess.interpolation = data::Interpolation::bilinear;
  preprocess.mean = preprocess.std = {0.5, 0.5, 0.5};
  return {.name = "huggingface",
          .help = "ViT and DeiT of Hugging Face transformers",
          .signs = {"*embeddings.patch_embeddings.projection.weight", "vit.encoder.layer.#.*",
                    "vit.layers.#.*", "deit.encoder.layer.#.*", "deit.layers.#.*"},
          .prefixes = {"vit.", "deit."},
          .rules = kRules,
          .defaults = {.norm_eps = 1e-12, .preprocess = preprocess, .normalisation = "transformers' (0.5)"},
          .finish = finish};
}

}  // namespace vitrobust::models
