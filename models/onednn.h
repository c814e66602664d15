#pragma once

#include <ATen/core/Tensor.h>

namespace vitrobust::models {

// oneDNN's matrix product as LibTorch registers it, without an autograd formula; looked up by name, for it is
// in no header. Only where has_onednn().

/// Whether this LibTorch has the operators (mkldnn::_linear_pointwise and mkldnn::_reorder_linear_weight,
/// builds for x86-64 since 2.0) and this processor runs them.
bool has_onednn();

/// Whether the operators take bfloat16 on this processor; elsewhere LibTorch's own product does.
bool has_onednn_bf16();

/// A matrix [out, in], float32 or bfloat16, in the layout that oneDNN likes best: an opaque tensor.
at::Tensor onednn_layout(const at::Tensor& weight);

/// x·weightᵀ + bias; sums in float32, the result in x's dtype.
/// @param x       [..., in], contiguous, in the weight's dtype
/// @param weight  of onednn_layout()
/// @param bias    [out] in the same dtype, or undefined
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace vitrobust::models
