#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::models {

/// How queries and keys become attention logits; see models/attention/.
enum class AttentionKind {
  standard,
  quest,
  qnorm,
  qknorm,
  qknorm_hs,
  qknorm_ds,
  elliptical,
  elliptical_quest
};

/// The norm over a head's width that AttentionKind::qknorm gives queries and keys.
enum class QkNorm { layer_norm, rms_norm };

/// Whether a gradient flows through the weights of the elliptical formulations. Their authors stop it, which
/// hides part of the network from a white-box attack; `through` is the derivative of what is computed.
enum class EllipticalGradient { through, stop };

/// What the change of the values is divided by: a constant (which the normalisation of the weights removes),
/// or, entry by entry, the change of the queries (|q - q_previous| + 0.5).
enum class EllipticalDelta { constant, queries };

/// How tokens become features, in timm's words (global_pool).
enum class Pooling { token, avg, max, avgmax };
enum class Activation { gelu, gelu_tanh, quick_gelu, relu, silu };

/// plain is fc2(activation(fc1(x))). swiglu_packed is timm's SwiGLUPacked (DINOv2's giant): fc1 gives two
/// halves a and b, and the output is fc2(activation(a) * b), with silu as the activation.
enum class MlpKind { plain, swiglu_packed };

/// The shape of a pre-norm Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929), in timm's words;
/// parameter_shapes() says which parameters it has.
struct VisionTransformerOptions {
  std::int64_t image_height = 224;
  std::int64_t image_width = 224;
  /// 3, or 1 for a network of grey images.
  std::int64_t in_channels = 3;
  std::int64_t patch_size = 16;
  std::int64_t embed_dim = 192;
  std::int64_t depth = 12;
  std::int64_t num_heads = 3;
  /// Width of a head; when absent, embed_dim / num_heads. vit-pytorch's is apart from both.
  std::optional<std::int64_t> head_width;
  /// Outputs of fc1; swiglu_packed makes half as many of them.
  std::int64_t mlp_hidden = 768;
  std::int64_t num_classes = 1000;

  AttentionKind attention = AttentionKind::standard;
  QkNorm qk_norm = QkNorm::layer_norm;
  EllipticalGradient elliptical_gradient = EllipticalGradient::through;
  EllipticalDelta elliptical_delta = EllipticalDelta::constant;
  MlpKind mlp = MlpKind::plain;
  Activation activation = Activation::gelu;

  bool patch_bias = true;
  /// LayerNorm of the flattened patches ("patch_embed.norm_in", in the order of the projection's weight:
  /// channel, row, column) and of their embeddings ("patch_embed.norm").
  bool patch_norm_in = false;
  bool patch_norm_out = false;
  bool qkv_bias = true;
  /// Of attn.proj, mlp.fc1 and mlp.fc2, as timm's.
  bool proj_bias = true;
  bool head_bias = true;
  /// Learnt factors of both branches of a block (Touvron et al. 2021, arXiv 2103.17239): ls1.gamma,
  /// ls2.gamma.
  bool layer_scale = false;

  bool class_token = true;
  /// DeiT's distillation token after the class token, with a head of its own (head_dist): the logits are the
  /// mean of both heads' (Touvron et al. 2021, arXiv 2012.12877).
  bool distilled = false;
  /// Register tokens after the class token (Darcet et al. 2024, arXiv 2309.16588): reg_token.
  std::int64_t registers = 0;
  /// pos_embed has positions for the patches alone.
  bool no_embed_class = false;
  /// LayerNorm before the blocks: norm_pre.
  bool pre_norm = false;
  /// LayerNorm after the blocks: norm, or fc_norm where it comes after the pooling.
  bool final_norm = true;
  bool fc_norm = false;
  Pooling pooling = Pooling::token;
  /// Whether avg, max and avgmax pool class and register tokens too, as vit-pytorch's mean does.
  bool pool_include_prefix = false;
  /// Of every LayerNorm and RMSNorm.
  double norm_eps = 1e-6;

  [[nodiscard]] std::int64_t head_dim() const { return head_width.value_or(embed_dim / num_heads); }
  [[nodiscard]] std::int64_t patches() const {
    return image_height / patch_size * (image_width / patch_size);
  }
  /// Tokens before the patches'.
  [[nodiscard]] std::int64_t prefix_tokens() const {
    return (class_token ? 1 : 0) + (distilled ? 1 : 0) + registers;
  }
  [[nodiscard]] std::int64_t tokens() const { return prefix_tokens() + patches(); }
  /// How many of the last block's tokens, the first ones, the head reads.
  [[nodiscard]] std::int64_t tokens_read() const {
    if (distilled) return 2;
    return pooling == Pooling::token ? 1 : tokens();
  }
  /// Rows of pos_embed.
  [[nodiscard]] std::int64_t positions() const { return patches() + (no_embed_class ? 0 : prefix_tokens()); }
  /// Every problem, in words; empty when the options are sound.
  [[nodiscard]] std::vector<std::string> validate() const;
  [[nodiscard]] Json to_json() const;
};

/// @throws UsageError naming the known values
AttentionKind parse_attention(const std::string& text);
QkNorm parse_qk_norm(const std::string& text);
EllipticalGradient parse_elliptical_gradient(const std::string& text);
EllipticalDelta parse_elliptical_delta(const std::string& text);
Pooling parse_pooling(const std::string& text);
Activation parse_activation(const std::string& text);
MlpKind parse_mlp_kind(const std::string& text);
std::string to_string(AttentionKind kind);
std::string to_string(QkNorm kind);
std::string to_string(EllipticalGradient kind);
std::string to_string(EllipticalDelta kind);
std::string to_string(Pooling kind);
std::string to_string(Activation kind);
std::string to_string(MlpKind kind);

}  // namespace vitrobust::models
