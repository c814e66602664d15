#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// What the name of a network says that neither its tensors nor, usually, its config.json do.
struct NamedArchitecture {
  std::int64_t heads = 0;  ///< 0: those of usual_heads()
  Activation activation = Activation::gelu;
  double norm_eps = 1e-6;
  Pooling pooling = Pooling::token;
};

/// timm's plain Vision Transformers (1.0.31; tests/golden/timm_architectures.json has them all), with or
/// without a tag after a '.'. nullopt: not one of them, or one whose blocks are no pre-norm ones.
std::optional<NamedArchitecture> named_architecture(std::string_view name);

/// Heads of 64, but 16 of them in the widths of ViT-H, ViT-g, ViT-G and So400m; nullopt when neither fits.
std::optional<std::int64_t> usual_heads(std::int64_t width);

}  // namespace vitrobust::models
