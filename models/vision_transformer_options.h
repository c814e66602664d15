#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::models {

/// How queries and keys become attention logits; see models/attention/.
enum class AttentionKind { standard, quest };

enum class Pooling { token, avg };
enum class Activation { gelu, gelu_tanh, quick_gelu, relu, silu };

/// The shape of a pre-norm Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929), in timm's words.
struct VisionTransformerOptions {
  std::int64_t image_height = 224;
  std::int64_t image_width = 224;
  std::int64_t patch_size = 16;
  std::int64_t embed_dim = 192;
  std::int64_t depth = 12;
  std::int64_t num_heads = 3;
  std::int64_t mlp_hidden = 768;
  std::int64_t num_classes = 1000;
  AttentionKind attention = AttentionKind::standard;
  bool qkv_bias = true;
  bool class_token = true;
  Pooling pooling = Pooling::token;
  /// With average pooling timm puts the last LayerNorm after the pooling, under the name fc_norm.
  bool fc_norm = false;
  Activation activation = Activation::gelu;
  double norm_eps = 1e-6;

  [[nodiscard]] std::int64_t tokens() const {
    return image_height / patch_size * (image_width / patch_size) + (class_token ? 1 : 0);
  }
  /// Every problem, in words; empty when the options are sound.
  [[nodiscard]] std::vector<std::string> validate() const;
  [[nodiscard]] Json to_json() const;
};

/// @throws UsageError naming the known values
AttentionKind parse_attention(const std::string& text);
Pooling parse_pooling(const std::string& text);
Activation parse_activation(const std::string& text);
std::string to_string(AttentionKind kind);
std::string to_string(Pooling pooling);
std::string to_string(Activation activation);

}  // namespace vitrobust::models
