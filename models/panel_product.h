#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vitrobust::models {

// x·Wᵀ + b on one thread of a processor with AVX-512, float32 or with operands rounded to bfloat16. The
// weight lies in panels of up to 64 outputs, so that a tile of 6 rows by 64 outputs stays in registers over
// all terms and reads memory in order; a call costs nothing else, where a library's costs as much as the
// product of a small network. An output is summed in an order that depends on the number of inputs alone: not
// on the row's place, on how many rows there are, nor on which processor it is. 107 to 116 GFLOP/s in float32
// on one core of an AMD EPYC (Zen 4), 65 to 520 rows, 64 to 3072 inputs, where oneDNN reaches 85 to 115.

/// Whether this processor has the instructions: AVX-512 F, for bfloat16 also BF16.
bool has_panel_products(bool reduced);

/// The panels of a weight [outputs, inputs], float32 of any strides; an opaque tensor.
at::Tensor panel_layout(const at::Tensor& weight, bool reduced);

/// The weight [outputs, inputs] back from its panels.
at::Tensor dense_of_panels(const at::Tensor& panels, std::int64_t outputs, std::int64_t inputs);

/// @param x     [..., inputs], float32, contiguous
/// @param bias  [outputs], float32, or undefined
/// @return [..., outputs], float32
at::Tensor panel_linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& bias,
                        std::int64_t outputs);

}  // namespace vitrobust::models
