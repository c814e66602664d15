#pragma once

#include <cstdint>

namespace vitrobust::models {

/// x·Φ(x), Φ the standard normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415), in place of x,
/// for processors with AVX-512 (FrozenBlock::supported()). Within float32 rounding: 1.1e-7·max(1, |x|).
/// Every element is computed alike, whatever its place, and the same on every such processor.
/// @param derivative  receives Φ(x) + x·φ(x), or nullptr where it is not wanted
void gelu_into(float* x, float* derivative, std::int64_t count);

}  // namespace vitrobust::models
