#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace vitrobust::models {

/// x·Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016, arXiv 1606.08415, the exact form),
/// differentiable in x: the forward pass computes the derivative with it, from the same exponential.
/// @param x any shape, float32. Each element depends on its own alone, whatever its place: no vector tail is
///          rounded differently
at::Tensor frozen_gelu(const at::Tensor& x);

/// value[i] = x[i]·Φ(x[i]) and derivative[i] = Φ(x[i]) + x[i]·φ(x[i]), within 4e-7 · max(1, |x|) of the
/// exact values. All three have one length; NaN gives NaN.
void gelu_with_derivative(std::span<const float> x, std::span<float> value, std::span<float> derivative);

}  // namespace vitrobust::models
