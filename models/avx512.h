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

/// `count` floats, filled up to whole vectors.
constexpr std::int64_t padded(std::int64_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

/// Whether this processor has AVX-512 F, and BF16 too.
inline bool has_avx512(bool with_bf16) {
  return __builtin_cpu_supports("avx512f") != 0 && (!with_bf16 || __builtin_cpu_supports("avx512bf16") != 0);
}

/// The lanes of a vector at j that lie before `count`.
inline __mmask16 lanes_before(std::int64_t count, std::int64_t j) {
  return static_cast<__mmask16>(count - j >= kLanes ? 0xFFFF : (1U << (count - j)) - 1U);
}

}  // namespace vitrobust::models
#endif
