#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "models/frozen_linear.h"

namespace vitrobust::models {

/// A module that computes faster once its parameters no longer change.
class Freezable {
 public:
  virtual ~Freezable() = default;
  /// From now on forward() uses these kernels and the parameters as they are now, which must not change any
  /// more. A weight that the kernels keep in a layout of their own is no longer in the parameter, which is
  /// empty then. Kernels::plain undoes it.
  /// A module's parts are frozen before it.
  /// @param reduced  prepares these products in bfloat16 too, which a ReducedPrecisionGuard turns on
  virtual void freeze(Kernels kernels, std::optional<Kernels> reduced) = 0;
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

/// What a new layer holds: numbers drawn from LibTorch's default generator, as torch::nn::Linear does, or
/// whatever the memory held, where a file is about to fill it.
enum class InitialValues { drawn, unset };

/// Whether a layer's product may be in bfloat16 where others are: not where it decides much and costs little.
enum class Reducible { yes, no };

/// torch::nn::Linear until it is frozen.
class FreezableLinearImpl : public torch::nn::Cloneable<FreezableLinearImpl>, public Freezable {
 public:
  FreezableLinearImpl(std::int64_t inputs, std::int64_t outputs, bool with_bias, InitialValues values,
                      Reducible reducible = Reducible::yes);
  void reset() override;
  void freeze(Kernels kernels, std::optional<Kernels> reduced) override;
  torch::Tensor forward(const torch::Tensor& input);
  /// What freeze() made for outcomes, or for gradients in reduced precision; nullptr where there is none.
  [[nodiscard]] const std::shared_ptr<const FrozenLinear>& frozen(bool reduced) const {
    return reduced ? reduced_ : exact_;
  }

  torch::Tensor weight;  ///< [outputs, inputs]
  torch::Tensor bias;    ///< [outputs], or undefined

 private:
  std::int64_t inputs_;
  std::int64_t outputs_;
  bool with_bias_;
  InitialValues values_;
  Reducible reducible_;
  bool released_ = false;  ///< whether exact_ alone has the weight
  std::shared_ptr<const FrozenLinear> exact_;
  std::shared_ptr<const FrozenLinear> reduced_;
};
TORCH_MODULE(FreezableLinear);

}  // namespace vitrobust::models
