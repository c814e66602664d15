#pragma once

// What the kernels for processors with AVX-512 share. Only their own source files include this.

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/// Before a function of AVX-512's intrinsics, in files that are compiled for any x86-64.
#define VITROBUST_AVX512 __attribute__((target("avx512f")))
#define VITROBUST_AVX512_BF16 __attribute__((target("avx512f,avx512bf16")))

namespace vitrobust::models {

inline constexpr std::int64_t kLanes = 16;  ///< floats of a vector

/// The lanes of a vector at j that lie before `count`.
inline __mmask16 lanes_before(std::int64_t count, std::int64_t j) {
  return static_cast<__mmask16>(count - j >= kLanes ? 0xFFFF : (1U << (count - j)) - 1U);
}

}  // namespace vitrobust::models
#endif
