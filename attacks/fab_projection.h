#pragma once

#include <ATen/core/Tensor.h>

#include "attacks/threat_model.h"

namespace vitrobust::attacks {

/// The shortest moves, in the norm, that take points to hyperplanes without leaving [0,1] (Croce and Hein,
/// "Minimally distorted adversarial examples with a fast adaptive boundary attack", ICML 2020, eq. 6):
/// δ minimises ‖δ‖ under w·(point + δ) = b and 0 ≤ point + δ ≤ 1. Where [0,1] does not reach the plane, the
/// longest move towards it. Values with w = 0 do not move. Exact but for rounding, by sorting. Row-wise.
///
/// Each value moves against the sign of w·point − b, at most by its room, the distance to the side of [0,1]
/// that it moves to: by min(λ, room) in linf, min(λ|w|, room) in l2; in l1 the values of largest |w| move by
/// all their room, one by one until the plane is reached. Of equal |w| the earlier value moves first.
/// @param points  [N, D] float64 in [0,1]
/// @param w       [N, D] float64, finite
/// @param b       [N] float64
/// @return δ [N, D] float64
at::Tensor project_onto_plane(Norm norm, const at::Tensor& points, const at::Tensor& w, const at::Tensor& b);

}  // namespace vitrobust::attacks
