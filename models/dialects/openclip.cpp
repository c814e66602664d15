#include "models/dialects/dialect.h"
#include "models/dialects/tensor_view.h"

namespace vitrobust::models {
namespace {

PartView of_one_image(const TensorEntry& entry) {
  std::vector<std::int64_t> shape{1, -1, entry.shape.empty() ? 1 : entry.shape.back()};
  TensorEntry view = reshaped(entry, std::move(shape));
  std::vector<std::int64_t> result = view.shape;
  return {std::move(view), std::move(result)};
}

PartView transposed(const TensorEntry& entry) {
  const TensorEntry view = permuted(entry, {1, 0});
  return {view, view.shape};
}

constexpr DialectRule kRules[] = {
    {"class_embedding", "cls_token", of_one_image},
    {"positional_embedding", "pos_embed", of_one_image},
    {"conv1.*", "patch_embed.proj.*"},
    {"ln_pre.*", "norm_pre.*"},
    {"ln_post.*", "norm.*"},
    {"proj", "head.weight", transposed},
    {"head.*", "head.*"},
    {"transformer.resblocks.#.ln_1.*", "blocks.#.norm1.*"},
    {"transformer.resblocks.#.ln_2.*", "blocks.#.norm2.*"},
    {"transformer.resblocks.#.attn.in_proj_weight", "blocks.#.attn.qkv.weight"},
    {"transformer.resblocks.#.attn.in_proj_bias", "blocks.#.attn.qkv.bias"},
    {"transformer.resblocks.#.attn.out_proj.*", "blocks.#.attn.proj.*"},
    {"transformer.resblocks.#.mlp.c_fc.*", "blocks.#.mlp.fc1.*"},
    {"transformer.resblocks.#.mlp.c_proj.*", "blocks.#.mlp.fc2.*"},
    {"transformer.resblocks.#.ls_1.*", "blocks.#.ls1.*"},
    {"transformer.resblocks.#.ls_2.*", "blocks.#.ls2.*"},
};

}  // namespace

DialectEntry openclip_dialect() {
  data::PreprocessConfig preprocess;
  preprocess.crop_pct = 1;
  preprocess.mean = {0.48145466, 0.4578275, 0.40821073};
  preprocess.std = {0.26862954, 0.26130258, 0.27577711};
  return {.name = "openclip",
          .help = "image towers of OpenAI's CLIP and OpenCLIP whose projection is a head",
          .signs = {"visual.class_embedding"},
          .prefixes = {"visual."},
          .prefix_needed = true,
          .rules = kRules,
          .defaults = {.norm_eps = 1e-5, .preprocess = preprocess, .normalisation = "CLIP's"}};
}

}  // namespace vitrobust::models
