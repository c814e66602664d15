#pragma once

#include <ATen/core/Tensor.h>

namespace vitrobust::models {

// oneDNN's matrix product as LibTorch registers it, without an autograd formula; looked up by name, for it is
// in no header. Only where has_onednn().

/// A matrix [out, in], float32 or bfloat16, in the layout that oneDNN likes best: an opaque tensor.
at::Tensor onednn_layout(const at::Tensor& weight);

/// x·weightᵀ + bias; sums in float32, the result in x's dtype.
/// @param x       [..., in], contiguous, in the weight's dtype
/// @param weight  of onednn_layout()
/// @param bias    [out] in the same dtype, or undefined
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace vitrobust::models
