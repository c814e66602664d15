#pragma once

#include <ATen/core/Tensor.h>

#include "attacks/projection.h"
#include "attacks/threat_model.h"

namespace vitrobust::attacks {

/// The points that an attack may use: the ball of a norm around clean images, cut to [0,1].
///
/// Every point that it returns is in the dtype of the clean images and lies in the ball when measured in
/// double, whatever that dtype is. All operations are row-wise.
class Ball {
 public:
  /// @param epsilon  radius in [0,1] pixel space, at least 0
  /// @param clean    [N, 3, H, W] in [0,1], float32 or float64
  Ball(Norm norm, double epsilon, at::Tensor clean);

  [[nodiscard]] Norm norm() const { return norm_; }
  [[nodiscard]] double epsilon() const { return epsilon_; }
  [[nodiscard]] const at::Tensor& clean() const { return clean_; }

  /// A point of the ball near x: for linf and l1 the nearest in L2 (l1: Croce and Hein, "Mind the box",
  /// ICML 2021, section 3), for l2 the perturbation shortened to epsilon and then cut to [0,1], which is what
  /// every reference does. Points of the ball stay what they are.
  /// @param x  [N, 3, H, W], float32 or float64; no NaN
  [[nodiscard]] at::Tensor project(const at::Tensor& x) const;

  /// The ball around the rows that are named.
  /// @param index  [M] int64
  [[nodiscard]] Ball select(const at::Tensor& index) const;
  /// The ball of another radius around the same images.
  [[nodiscard]] Ball with_epsilon(double epsilon) const;

 private:
  Ball(Norm norm, double epsilon, at::Tensor clean, LinfBox box);

  Norm norm_;
  double epsilon_;
  at::Tensor clean_;
  LinfBox box_;  ///< of L∞ only
};

/// Direction of steepest ascent per unit of the norm: linf sign(g) with sign(0) = 0; l2 g/(‖g‖₂ + 1e-12); l1
/// the signs of the 1 % of values (at least one) that are largest in magnitude, divided by their number
/// (Tramèr and Boneh, "Adversarial training and robustness for multiple perturbations", NeurIPS 2019, section
/// 2.2, quantile 99 %).
/// @param gradient  [N, 3, H, W], finite
at::Tensor ascent_direction(Norm norm, const at::Tensor& gradient);

/// ball.project(x + size·ascent_direction(gradient)).
at::Tensor ascend(const Ball& ball, const at::Tensor& x, const at::Tensor& gradient, double size);

}  // namespace vitrobust::attacks
