#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <functional>

namespace vitrobust::models {

/// Equal shape and dtype, and every element within `tolerance` · max(1, |expected|).
testing::AssertionResult tensors_near(const at::Tensor& got, const at::Tensor& expected, double tolerance);

/// The same shape, dtype and bits (NaN equals nothing).
testing::AssertionResult tensors_identical(const at::Tensor& got, const at::Tensor& expected);

/// ‖got − expected‖ / ‖expected‖, in float64.
double relative_error(const at::Tensor& got, const at::Tensor& expected);

/// The gradient of a scalar function at `x` (float64) by central differences with the given step.
at::Tensor central_differences(const std::function<at::Tensor(const at::Tensor&)>& function,
                               const at::Tensor& x, double step);

}  // namespace vitrobust::models
