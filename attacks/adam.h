#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vitrobust::attacks {

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1) with β₁ = 0.9,
/// β₂ = 0.999, ε = 1e-8, value by value.
class Adam {
 public:
  /// @param like  a tensor of the variable's shape and dtype
  Adam(const at::Tensor& like, double learning_rate);

  /// The step for the gradient of this iteration, to be subtracted by who descends.
  [[nodiscard]] at::Tensor step(const at::Tensor& gradient);

  /// Keeps the rows that are named, in that order.
  template <typename Set>
  void repack(const Set& set) {
    mean_ = set.repack(mean_);
    square_ = set.repack(square_);
  }

 private:
  double learning_rate_;
  std::int64_t steps_ = 0;
  at::Tensor mean_, square_;
};

}  // namespace vitrobust::attacks
