#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace vitrobust::models {

/// What computes the products of a frozen network. Each gives the same numbers to float32 rounding; which is
/// fastest depends on the processor.
enum class Kernels {
  plain,   ///< LibTorch's operators, as in training; the only one for float64
  mkl,     ///< at::linear, and a backward pass that differentiates in the input only
  onednn,  ///< oneDNN in float32, with weights that are laid out for it once
  bf16,    ///< oneDNN with operands rounded to bfloat16, sums in float32: for gradients, never for outcomes
};

/// Those that --kernels takes, besides `auto`.
inline constexpr std::array<Kernels, 3> kExactKernels = {Kernels::plain, Kernels::mkl, Kernels::onednn};

std::string to_string(Kernels kernels);
/// @throws UsageError naming the known values
Kernels parse_kernels(const std::string& text);

/// Whether this LibTorch has the operators that Kernels::onednn stands on (mkldnn::_linear_pointwise and
/// mkldnn::_reorder_linear_weight, builds for x86-64 since 2.0) and this processor runs them.
bool has_onednn();

/// The faster one for products [rows, width] × [width, hidden] on one thread: onednn, unless it is missing
/// or mkl is faster by more than a quarter. Measured in a few milliseconds of processor time; the margin
/// keeps a choice between equals from changing between runs.
Kernels fastest_kernels(std::int64_t rows, std::int64_t width, std::int64_t hidden);

}  // namespace vitrobust::models
