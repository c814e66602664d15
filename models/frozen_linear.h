#pragma once

#include <ATen/core/Tensor.h>

#include "models/kernels.h"

namespace vitrobust::models {

/// x·Wᵀ + b with a weight that no longer changes. Its backward pass is g·W alone, for an attack never asks
/// for the weight's gradient, and both products take the weight in a layout that was prepared once.
class FrozenLinear {
 public:
  /// @param weight  [out, in], float32; copied in the kernels' layout, so later changes are not seen
  /// @param bias    [out], or undefined
  /// @throws InternalError for Kernels::plain, another dtype, or kernels that this LibTorch lacks
  FrozenLinear(const at::Tensor& weight, const at::Tensor& bias, Kernels kernels);

  /// [..., in] to [..., out], float32, differentiable in x. Row i of the result depends on row i alone.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;

 private:
  Kernels kernels_;
  at::Tensor weight_;      ///< for x·Wᵀ
  at::Tensor transposed_;  ///< Wᵀ, for g·W
  at::Tensor bias_;
};

}  // namespace vitrobust::models
