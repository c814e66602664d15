#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "models/frozen_linear.h"

namespace vitrobust::models {

/// A pre-norm transformer block with parameters that no longer change, in one piece: x + attn(norm1(x)), then
/// x + mlp(norm2(x)) with an erf-GELU. Between the products nothing is copied, and the graph has one node,
/// where LibTorch's operators would spend half of the time of a small network on the way from one to the
/// next. Only where supported(); kept by a std::shared_ptr, which the graph shares.
struct FrozenBlock : std::enable_shared_from_this<FrozenBlock> {
  at::Tensor norm1_weight, norm1_bias, norm2_weight, norm2_bias;  ///< [C], float32
  double norm_eps = 0;
  std::shared_ptr<const FrozenLinear> qkv, proj, fc1, fc2;
  std::int64_t heads = 1;
  double scale = 1;        ///< of the attention logits
  bool unit_keys = false;  ///< QUEST's: keys of length 1
  bool reduced = false;    ///< attention's products in bfloat16 too: where AttentionKernel::supported(true)

  static bool supported();

  /// [N, T, C] to the first `wanted` tokens [N, wanted, C], float32, differentiable in x: what the head of a
  /// network reads of its last block is often the class token alone, and the rest need not be computed. Row n
  /// of the result depends on row n alone, and a token of it not on how many are wanted.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::int64_t wanted) const;
};

}  // namespace vitrobust::models
