#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <string_view>

#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// One way to turn queries, keys and values [B, H, N, D] into the mixed values [B, H, N, D].
struct AttentionEntry {
  AttentionKind kind;
  std::string_view name;
  std::string_view help;
  at::Tensor (*attend)(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
  /// The weights that `attend` mixes the values with, [B, H, N, N].
  at::Tensor (*weights)(const at::Tensor& q, const at::Tensor& k);
};

/// Every formulation there is; `vitrobust list`, parse_attention() and the tests read it.
std::span<const AttentionEntry> attention_table();

/// Attention of formulation `kind`, without the output projection.
/// @param q, k, v [B, H, N, D], one floating dtype; differentiable in all three
/// Row b of the result depends on row b of the arguments only.
at::Tensor attend(AttentionKind kind, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

/// The attention maps of formulation `kind`: weights [B, H, N, N], rows summing to 1, whose product with v is
/// attend() to rounding. Differentiable in q and k.
at::Tensor attention_weights(AttentionKind kind, const at::Tensor& q, const at::Tensor& k);

/// softmax(q kᵀ / √D) v: Vaswani et al. 2017, arXiv 1706.03762, equation 1.
at::Tensor attend_standard(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
at::Tensor weights_standard(const at::Tensor& q, const at::Tensor& k);

/// softmax(q k̄ᵀ) v with k̄ = k / max(‖k‖₂, 1e-12) over D and no scale: QUEST, arXiv 2604.00199. ‖qᵢ‖ alone
/// sets how sharply token i attends; the lengths of the keys have no say.
at::Tensor attend_quest(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
at::Tensor weights_quest(const at::Tensor& q, const at::Tensor& k);

}  // namespace vitrobust::models
