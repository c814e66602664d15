#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// A learnt tensor of a formulation, beside those that every attention layer has.
struct AttentionParameter {
  std::string name;  ///< below the layer's: "scale", "q_norm.weight"
  std::vector<std::int64_t> shape;
  double initial = 1;
};

/// What a formulation turns into attention logits. D is the width of a head.
struct AttentionInputs {
  at::Tensor q, k, v;              ///< [B, H, N, D], one floating dtype
  std::vector<at::Tensor> learnt;  ///< as attention_parameters() lists them
  /// Queries and values of the block before; undefined in the first block, and where the formulation asks
  /// for none.
  at::Tensor previous_q, previous_v;
};

/// The attention logits in factors, scale · q kᵀ, as the fused kernels want them.
struct AttentionFactors {
  at::Tensor q, k;  ///< [B, H, N, D]
  double scale = 1;
};

/// One way to turn queries and keys into attention logits.
struct AttentionEntry {
  AttentionKind kind;
  std::string_view name;
  std::string_view help;
  AttentionFactors (*factors)(const AttentionInputs& inputs, const VisionTransformerOptions& options);
  /// The learnt tensors that it needs; nullptr: none.
  std::vector<AttentionParameter> (*parameters)(const VisionTransformerOptions& options) = nullptr;
  /// Whether it reads previous_q and previous_v.
  bool uses_previous_block = false;
};

/// Every formulation there is; `vitrobust list`, parse_attention() and the tests read it.
std::span<const AttentionEntry> attention_table();

/// The line of the table.
const AttentionEntry& attention_entry(AttentionKind kind);

/// The learnt tensors of an attention layer of these options, beside qkv and proj.
std::vector<AttentionParameter> attention_parameters(const VisionTransformerOptions& options);

/// The attention logits of options.attention, in factors. Differentiable in all inputs. Row b of the factors
/// depends on row b of the inputs only.
AttentionFactors attention_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// softmax(scale · q kᵀ) v, [B, H, N, D]: Vaswani et al. 2017, arXiv 1706.03762, equation 1, before the
/// output projection.
at::Tensor attend(const AttentionFactors& factors, const at::Tensor& v);

/// The attention maps softmax(scale · q kᵀ), [B, H, N, N]: rows sum to 1, and their product with v is
/// attend() to rounding.
at::Tensor attention_weights(const AttentionFactors& factors);

}  // namespace vitrobust::models
