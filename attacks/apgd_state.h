#pragma once

#include <ATen/core/Tensor.h>

#include "attacks/active_set.h"
#include "attacks/ball.h"

namespace vitrobust::attacks {

/// What APGD remembers of every sample during one run; all packed, one row per active sample.
struct ApgdState {
  Ball ball;
  at::Tensor x;              ///< current iterate
  at::Tensor previous;       ///< the one before the last step
  at::Tensor gradient;       ///< at x
  at::Tensor best;           ///< iterate of highest loss
  at::Tensor best_gradient;  ///< at best
  at::Tensor best_loss;      ///< [n]
  at::Tensor losses;         ///< [n, steps]: after each step; zero where none was taken yet
  at::Tensor step;           ///< [n] float64: length of a step

  // Of the last checkpoint, linf and l2.
  at::Tensor best_loss_then;  ///< [n]
  at::Tensor halved;          ///< [n] bool: the step was; true before the first

  // Of the last checkpoint, l1.
  at::Tensor density;  ///< [n] float64: share of the values that take part in a step
  at::Tensor changed;  ///< [n] float64: values that the best iterate changed

  /// Follows the active set after a booking.
  void repack(const ActiveSet& active);
};

}  // namespace vitrobust::attacks
