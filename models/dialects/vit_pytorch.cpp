#include <cmath>
#include <utility>

#include "models/dialects/dialect.h"
#include "models/dialects/tensor_view.h"

namespace vitrobust::models {
namespace {

PartView of_one_image(const TensorEntry& entry) {
  TensorEntry view = reshaped(entry, {1, -1, entry.shape.empty() ? 1 : entry.shape.back()});
  std::vector<std::int64_t> shape = view.shape;
  return {std::move(view), std::move(shape)};
}

/// Channels and side of a patch of `elements` numbers: only one of p·p and 3·p·p can be that many.
std::pair<std::int64_t, std::int64_t> patch_of(std::int64_t elements) {
  for (const std::int64_t channels : {3, 1}) {
    const auto side = std::llround(std::sqrt(static_cast<double>(elements) / static_cast<double>(channels)));
    if (side >= 1 && side * side * channels == elements) return {channels, side};
  }
  return {elements, 1};
}

/// Patches are flattened as (row, column, channel), timm's as (channel, row, column).
PartView patch_projection(const TensorEntry& entry) {
  const auto [channels, side] = patch_of(entry.shape.empty() ? 1 : entry.shape.back());
  TensorEntry view = permuted(reshaped(entry, {-1, side, side, channels}), {0, 3, 1, 2});
  std::vector<std::int64_t> shape = view.shape;
  return {std::move(view), std::move(shape)};
}

PartView patch_norm(const TensorEntry& entry) {
  const auto elements = static_cast<std::int64_t>(entry.elements());
  const auto [channels, side] = patch_of(elements);
  return {permuted(reshaped(entry, {side, side, channels}), {2, 0, 1}), {elements}};
}

/// The projection of patches has had a norm on both sides since version 1.2.
constexpr DialectRule kNormedPatches[] = {
    {"to_patch_embedding.1.*", "patch_embed.norm_in.*", patch_norm},
    {"to_patch_embedding.2.weight", "patch_embed.proj.weight", patch_projection},
    {"to_patch_embedding.2.bias", "patch_embed.proj.bias"},
    {"to_patch_embedding.3.*", "patch_embed.norm.*"},
};

constexpr DialectRule kRules[] = {
    {"to_patch_embedding.1.weight", "patch_embed.proj.weight", patch_projection},
    {"to_patch_embedding.1.bias", "patch_embed.proj.bias"},
    {"cls_token", "cls_token", of_one_image},
    {"pos_embedding", "pos_embed", of_one_image},
    {"transformer.layers.#.0.norm.*", "blocks.#.norm1.*"},
    {"transformer.layers.#.0.to_qkv.*", "blocks.#.attn.qkv.*"},
    {"transformer.layers.#.0.to_out.0.*", "blocks.#.attn.proj.*"},
    {"transformer.layers.#.1.net.0.*", "blocks.#.norm2.*"},
    {"transformer.layers.#.1.net.1.*", "blocks.#.mlp.fc1.*"},
    {"transformer.layers.#.1.net.4.*", "blocks.#.mlp.fc2.*"},
    // Until version 1.0 the norms stood outside, and the last one in the head.
    {"transformer.layers.#.0.fn.to_qkv.*", "blocks.#.attn.qkv.*"},
    {"transformer.layers.#.0.fn.to_out.0.*", "blocks.#.attn.proj.*"},
    {"transformer.layers.#.1.norm.*", "blocks.#.norm2.*"},
    {"transformer.layers.#.1.fn.net.0.*", "blocks.#.mlp.fc1.*"},
    {"transformer.layers.#.1.fn.net.3.*", "blocks.#.mlp.fc2.*"},
    {"transformer.norm.*", "norm.*"},
    {"mlp_head.0.*", "fc_norm.*"},
    {"mlp_head.1.*", "head.*"},
    {"mlp_head.*", "head.*"},
};

constexpr std::int64_t kHeadWidth = 64;

/// Heads are 64 wide unless a model was made otherwise, whatever the width of the network.
void finish(const TensorCatalogue& /*catalogue*/, Translation& translation) {
  translation.pool_includes_prefix = true;
  const CanonicalTensor* qkv = translation.find("blocks.0.attn.qkv.weight");
  if (qkv && !qkv->shape.empty() && qkv->shape.front() % (3 * kHeadWidth) == 0)
    translation.usual_heads = qkv->shape.front() / (3 * kHeadWidth);
}

DialectEntry dialect_with(std::vector<std::string_view> signs, std::span<const DialectRule> rules) {
  return {.name = "vit-pytorch",
          .help = "ViT of vit-pytorch (\"lucidrains\")",
          .signs = std::move(signs),
          .prefixes = {},
          .rules = rules,
          .more_rules = kRules,
          .defaults = {.norm_eps = 1e-5},
          .finish = finish};
}

}  // namespace

DialectEntry vit_pytorch_dialect() {
  return dialect_with({"to_patch_embedding.2.weight"}, kNormedPatches);
}

DialectEntry older_vit_pytorch_dialect() {
  return dialect_with({"to_patch_embedding.1.weight", "transformer.layers.#.0.*"}, {});
}

}  // namespace vitrobust::models
