#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// How far the norm of a perturbation may exceed the radius: one rounding of a float32 in [0,1] (2^-23
/// rounded up). L2 and L1 add the roundings of all pixels up; they stay within the same bound because attacks
/// round every pixel towards the clean image (round_towards()).
inline constexpr double kAuditTolerance = 1.2e-7;

/// What an attack really changed, measured in double.
struct Audit {
  at::Tensor linf;  ///< [N] float64: largest change of a value
  at::Tensor l2;    ///< [N] float64: Euclidean norm of the change
  at::Tensor l1;    ///< [N] float64: sum of the changes' magnitudes
};

/// Measures adversarial examples against the clean images and the threat model.
/// @param clean, adversarial  [N, 3, H, W]
/// @param attack              named in the error
/// @throws InternalError naming the attack and the figure when a perturbation is larger than the radius by
///         more than kAuditTolerance in the norm of the threat model, more patches changed than it allows, or
///         a pixel is NaN or outside [0,1]: such an attack has a bug, and its successes mean nothing
Audit audit(const at::Tensor& clean, const at::Tensor& adversarial, const ThreatModel& threat,
            std::string_view attack);

}  // namespace vitrobust::attacks
