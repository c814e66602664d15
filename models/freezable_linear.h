#pragma once

#include <torch/nn/modules/linear.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/frozen_linear.h"

namespace vitrobust::models {

/// A module that computes faster once its parameters no longer change.
class Freezable {
 public:
  virtual ~Freezable() = default;
  /// From now on forward() uses these kernels and the parameters as they are now. Kernels::plain undoes it.
  /// @param reduced  prepares the bfloat16 products too, which a ReducedPrecisionGuard turns on
  virtual void freeze(Kernels kernels, bool reduced) = 0;
};

/// While it lives, frozen layers that were prepared for it multiply in bfloat16 on this thread.
class ReducedPrecisionGuard {
 public:
  /// @param on  false leaves everything as it is
  explicit ReducedPrecisionGuard(bool on);
  ~ReducedPrecisionGuard();
  ReducedPrecisionGuard(const ReducedPrecisionGuard&) = delete;
  ReducedPrecisionGuard& operator=(const ReducedPrecisionGuard&) = delete;

  [[nodiscard]] static bool active();

 private:
  bool before_;
};

/// torch::nn::Linear until it is frozen.
class FreezableLinearImpl : public torch::nn::LinearImpl, public Freezable {
 public:
  using torch::nn::LinearImpl::LinearImpl;
  void freeze(Kernels kernels, bool reduced) override;
  torch::Tensor forward(const torch::Tensor& input);

 private:
  std::shared_ptr<const FrozenLinear> exact_;
  std::shared_ptr<const FrozenLinear> reduced_;
};
TORCH_MODULE(FreezableLinear);

}  // namespace vitrobust::models
