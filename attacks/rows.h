#pragma once

#include <ATen/core/Tensor.h>

#include "attacks/threat_model.h"

namespace vitrobust::attacks {

// Arithmetic row by row: row i of a result depends on row i of the arguments alone, to the bit, whatever the
// number of rows.

/// Norm of every row of x [N, …], computed in double: [N] float64.
at::Tensor row_norms(const at::Tensor& x, Norm norm);

/// Values [N] shaped so that they multiply or add to the rows of `like` [N, …].
at::Tensor per_row(const at::Tensor& values, const at::Tensor& like);

/// `exact` in the dtype of `clean`, every value rounded so that it lies no farther from `clean` than `exact`
/// does. Rounding to nearest would lengthen a perturbation of n pixels by up to n·3e-8 in L1 and √n·3e-8 in
/// L2, beyond what the audit allows; rounded towards the clean image, it keeps every norm within its radius.
/// @param clean  [N, …] float32 or float64
/// @param exact  [N, …] float64
at::Tensor round_towards(const at::Tensor& clean, const at::Tensor& exact);

}  // namespace vitrobust::attacks
