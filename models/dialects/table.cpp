#include <array>

#include "models/dialects/dialect.h"

namespace vitrobust::models {

std::span<const DialectEntry> dialect_table() {
  // timm comes last: its sign is the most general, and DINOv2's names are timm's but for a few.
  static const std::array<DialectEntry, 8> table{
      huggingface_dialect(), torchvision_dialect(),       jax_dialect(),    openclip_dialect(),
      vit_pytorch_dialect(), older_vit_pytorch_dialect(), dinov2_dialect(), timm_dialect()};
  return table;
}

}  // namespace vitrobust::models
