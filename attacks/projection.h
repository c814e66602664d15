#pragma once

#include <ATen/core/Tensor.h>

namespace vitrobust::attacks {

/// The L∞ ball around clean images, cut to the valid pixels: the box lower ≤ x ≤ upper, each [N, 3, H, W].
struct LinfBox {
  at::Tensor lower;
  at::Tensor upper;
};

/// The box max(clean − epsilon, 0) … min(clean + epsilon, 1) in the dtype of `clean`, its bounds rounded
/// towards `clean`: the distance of a float32 point in it, measured in double, exceeds epsilon by no more
/// than double's own rounding. (Rounding to nearest would exceed it by up to 6e-8.)
/// @param clean    [N, 3, H, W] in [0,1], float32 or float64
/// @param epsilon  radius in [0,1] pixel space, at least 0
LinfBox linf_box(const at::Tensor& clean, double epsilon);

/// The point of the box nearest to x in every norm: each pixel clamped to its bounds. NaN stays NaN.
at::Tensor project(const LinfBox& box, const at::Tensor& x);

}  // namespace vitrobust::attacks
