#include "models/dialects/dialect.h"

namespace vitrobust::models {
namespace {

/// The names are the canonical ones, but for DeiT-3's own and what training leaves behind.
constexpr DialectRule kRules[] = {
    {"blocks.#.gamma_1", "blocks.#.ls1.gamma"},
    {"blocks.#.gamma_2", "blocks.#.ls2.gamma"},
    // Representation layer of the first ImageNet-21k models: timm drops it too.
    {"pre_logits.*", ""},
    {"mask_token", ""},
    {"*", "*"},
};

}  // namespace

DialectEntry timm_dialect() {
  return {.name = "timm",
          .help = "timm, DeiT (distilled too), DeiT-3, and what timm makes of DINOv2 and CLIP",
          .signs = {"blocks.#.*", "patch_embed.proj.weight"},
          .prefixes = {},
          .rules = kRules,
          .defaults = {}};
}

}  // namespace vitrobust::models
