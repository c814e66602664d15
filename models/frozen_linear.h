#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>

#include "models/kernels.h"

namespace vitrobust::models {

/// x·Wᵀ + b with a weight that no longer changes. Its backward pass is g·W alone, for an attack never asks
/// for the weight's gradient, and both products take the weight in a layout that was prepared once. That of
/// the backward pass is made when the first gradient asks for it: loading takes no memory for it.
class FrozenLinear {
 public:
  /// @param weight  [out, in], float32. Kernels::mkl share it, so it must not change afterwards; the others
  ///                copy it in their layout
  /// @param bias    [out], or undefined; as the weight
  /// @throws InternalError for Kernels::plain, another dtype, or kernels that are not there (has_kernels())
  FrozenLinear(const at::Tensor& weight, const at::Tensor& bias, Kernels kernels);

  /// [..., in] to [..., out], float32, differentiable in x. Row i of the result depends on row i alone. May
  /// be called from several threads at once.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const;

  /// The gradient of x, [..., in], from that of the result, [..., out], contiguous.
  [[nodiscard]] at::Tensor propagate(const at::Tensor& gradient) const;

  [[nodiscard]] std::int64_t inputs() const { return inputs_; }

  /// The weight [out, in] as it came, rounded to bfloat16 if that is what the kernels did.
  [[nodiscard]] at::Tensor dense_weight() const;

 private:
  [[nodiscard]] const at::Tensor& transposed() const;

  Kernels kernels_;
  std::int64_t inputs_ = 0;
  std::int64_t outputs_ = 0;
  at::Tensor weight_;  ///< for x·Wᵀ
  at::Tensor bias_;
  mutable std::once_flag transposed_made_;
  mutable at::Tensor transposed_;  ///< Wᵀ, for g·W
};

}  // namespace vitrobust::models
