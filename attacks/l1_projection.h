#pragma once

#include <ATen/core/Tensor.h>

namespace vitrobust::attacks {

/// The nearest point (in L2) of the L1 ball of radius epsilon around each image, cut to [0,1], by sorting
/// (Croce and Hein, "Mind the box: l1-APGD for sparse adversarial attacks on image classifiers", ICML 2021,
/// section 3): each change becomes sign·clip(|change| − λ, 0, room), room its distance to the side of [0,1]
/// it moves to, λ ≥ 0 the smallest for which their sum is at most epsilon.
/// @param clean   [N, …] float64 in [0,1]
/// @param change  [N, …] float64: the point minus the clean image
/// @return the projected change, float64, exact but for rounding
at::Tensor project_l1(const at::Tensor& clean, const at::Tensor& change, double epsilon);

}  // namespace vitrobust::attacks
