#include "models/dialects/dialect.h"
#include "models/dialects/tensor_view.h"

namespace vitrobust::models {
namespace {

PartView whole(TensorEntry view) {
  std::vector<std::int64_t> shape = view.shape;
  return {std::move(view), std::move(shape)};
}

/// Kernels of dense layers are [in, out].
PartView dense(const TensorEntry& entry) {
  return whole(permuted(entry, {1, 0}));
}

/// Kernels of convolutions are [height, width, in, out].
PartView convolution(const TensorEntry& entry) {
  return whole(permuted(entry, {3, 2, 0, 1}));
}

/// Queries, keys and values are [in, heads, head width].
PartView to_heads(const TensorEntry& entry) {
  return whole(permuted(reshaped(entry, {entry.shape.empty() ? 1 : entry.shape.front(), -1}), {1, 0}));
}

PartView heads_bias(const TensorEntry& entry) {
  return whole(reshaped(entry, {-1}));
}

/// The output projection is [heads, head width, out].
PartView from_heads(const TensorEntry& entry) {
  return whole(permuted(reshaped(entry, {-1, entry.shape.empty() ? 1 : entry.shape.back()}), {1, 0}));
}

/// The release has a tensor for each block, big_vision may have one for all; numbers of layers differ too.
constexpr DialectRule kRules[] = {
    {"embedding/kernel", "patch_embed.proj.weight", convolution},
    {"embedding/bias", "patch_embed.proj.bias"},
    {"cls", "cls_token"},
    {"Transformer/posembed_input/pos_embedding", "pos_embed"},
    {"pos_embedding", "pos_embed"},
    {"Transformer/encoder_norm/scale", "norm.weight"},
    {"Transformer/encoder_norm/bias", "norm.bias"},
    {"head/kernel", "head.weight", dense},
    {"head/bias", "head.bias"},
    // Representation layer of the first ImageNet-21k models: timm drops it too.
    {"pre_logits/*", ""},
    {"Transformer/encoderblock_#/LayerNorm_0/scale", "blocks.#.norm1.weight"},
    {"Transformer/encoderblock_#/LayerNorm_0/bias", "blocks.#.norm1.bias"},
    {"Transformer/encoderblock_#/LayerNorm_%/scale", "blocks.#.norm2.weight"},
    {"Transformer/encoderblock_#/LayerNorm_%/bias", "blocks.#.norm2.bias"},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/query/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 0, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/query/bias", "blocks.#.attn.qkv.bias",
     heads_bias, 0, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/key/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 1, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/key/bias", "blocks.#.attn.qkv.bias",
     heads_bias, 1, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/value/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 2, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/value/bias", "blocks.#.attn.qkv.bias",
     heads_bias, 2, 3},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/out/kernel", "blocks.#.attn.proj.weight",
     from_heads},
    {"Transformer/encoderblock_#/MultiHeadDotProductAttention_%/out/bias", "blocks.#.attn.proj.bias"},
    {"Transformer/encoderblock_#/MlpBlock_%/Dense_0/kernel", "blocks.#.mlp.fc1.weight", dense},
    {"Transformer/encoderblock_#/MlpBlock_%/Dense_0/bias", "blocks.#.mlp.fc1.bias"},
    {"Transformer/encoderblock_#/MlpBlock_%/Dense_1/kernel", "blocks.#.mlp.fc2.weight", dense},
    {"Transformer/encoderblock_#/MlpBlock_%/Dense_1/bias", "blocks.#.mlp.fc2.bias"},
    {"Transformer/encoderblock/LayerNorm_0/scale", "blocks.#.norm1.weight"},
    {"Transformer/encoderblock/LayerNorm_0/bias", "blocks.#.norm1.bias"},
    {"Transformer/encoderblock/LayerNorm_%/scale", "blocks.#.norm2.weight"},
    {"Transformer/encoderblock/LayerNorm_%/bias", "blocks.#.norm2.bias"},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/query/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 0, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/query/bias", "blocks.#.attn.qkv.bias",
     heads_bias, 0, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/key/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 1, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/key/bias", "blocks.#.attn.qkv.bias", heads_bias,
     1, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/value/kernel", "blocks.#.attn.qkv.weight",
     to_heads, 2, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/value/bias", "blocks.#.attn.qkv.bias",
     heads_bias, 2, 3},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/out/kernel", "blocks.#.attn.proj.weight",
     from_heads},
    {"Transformer/encoderblock/MultiHeadDotProductAttention_%/out/bias", "blocks.#.attn.proj.bias"},
    {"Transformer/encoderblock/MlpBlock_%/Dense_0/kernel", "blocks.#.mlp.fc1.weight", dense},
    {"Transformer/encoderblock/MlpBlock_%/Dense_0/bias", "blocks.#.mlp.fc1.bias"},
    {"Transformer/encoderblock/MlpBlock_%/Dense_1/kernel", "blocks.#.mlp.fc2.weight", dense},
    {"Transformer/encoderblock/MlpBlock_%/Dense_1/bias", "blocks.#.mlp.fc2.bias"},
};

/// The kernels of the queries show how many heads there are.
void finish(const TensorCatalogue& catalogue, Translation& translation) {
  for (const TensorEntry& entry : catalogue.tensors)
    if (entry.name.ends_with("/query/kernel") && entry.shape.size() >= 3)
      translation.heads = entry.shape[entry.shape.size() - 2];
}

}  // namespace

DialectEntry jax_dialect() {
  data::PreprocessConfig preprocess;
  preprocess.crop_pct = 1;
  preprocess.crop_mode = data::CropMode::squash;
  preprocess.interpolation = data::Interpolation::bilinear;
  preprocess.mean = preprocess.std = {0.5, 0.5, 0.5};
  return {.name = "jax",
          .help = "Google's release of ViT and AugReg, and big_vision",
          .signs = {"embedding/kernel", "*/embedding/kernel", "*Transformer/encoderblock*"},
          .prefixes = {"opt/target/", "params/img/", "params/"},
          .rules = kRules,
          .defaults = {.preprocess = preprocess, .normalisation = "that of Google's release (0.5)"},
          .finish = finish};
}

}  // namespace vitrobust::models
