#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace vitrobust::models {

/// What computes the products of a frozen network. Each of the exact ones gives the same numbers to float32
/// rounding; which is fastest depends on the processor.
enum class Kernels {
  plain,   ///< LibTorch's operators, as in training; the only one for float64
  mkl,     ///< at::linear, and a backward pass that differentiates in the input only
  onednn,  ///< oneDNN in float32, with weights that are laid out for it once
  avx512,  ///< this suite's own (models/panel_product.h), for processors with AVX-512
  // Operands rounded to bfloat16, sums in float32: for gradients, never for outcomes.
  bf16_linear,  ///< at::linear
  bf16_onednn,
  bf16_avx512,
};

/// Those that --kernels takes, besides `auto`.
inline constexpr std::array<Kernels, 4> kExactKernels = {Kernels::plain, Kernels::mkl, Kernels::onednn,
                                                         Kernels::avx512};
/// In the order of fastest_kernels().
inline constexpr std::array<Kernels, 3> kReducedKernels = {Kernels::bf16_avx512, Kernels::bf16_onednn,
                                                           Kernels::bf16_linear};

/// Whether they round operands to bfloat16.
bool is_reduced(Kernels kernels);
/// Whether they are this suite's own (models/panel_product.h).
bool uses_panels(Kernels kernels);

std::string to_string(Kernels kernels);
/// @throws UsageError naming the known values
Kernels parse_kernels(const std::string& text);
/// One of kReducedKernels from its name in a run's configuration. @throws InputError
Kernels parse_search_kernels(const std::string& text);

/// Whether this LibTorch and this processor have what these kernels stand on.
bool has_kernels(Kernels kernels);

/// The fastest for products [rows, width] × [width, hidden] on one thread: this suite's own, or else
/// oneDNN's, unless another is faster by more than a quarter. Measured in a few milliseconds of processor
/// time; the margin keeps a choice between equals from changing between runs.
/// @param reduced  of kReducedKernels, otherwise of the exact ones
Kernels fastest_kernels(std::int64_t rows, std::int64_t width, std::int64_t hidden, bool reduced);

}  // namespace vitrobust::models
