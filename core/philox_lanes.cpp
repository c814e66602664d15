#include "core/philox_lanes.h"

#include <array>

#include "core/vectorize.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define VITROBUST_PHILOX_AVX512
#endif

namespace vitrobust {

// One loop over the lanes per step, so that the compiler vectorises what philox4x32_10 does for one block.
VITROBUST_VECTORIZE void philox_lanes_portable(const PhiloxStreamState& state, std::uint32_t first,
                                               std::uint64_t* out, std::size_t groups) {
  for (; groups > 0; --groups, first += kPhiloxLanes, out += 2 * kPhiloxLanes) {
    std::array<std::array<std::uint32_t, kPhiloxLanes>, 4> c;
    for (std::size_t i = 0; i < kPhiloxLanes; ++i) {
      c[0][i] = first + static_cast<std::uint32_t>(i);
      c[1][i] = state.restart;
      c[2][i] = state.salt[0];
      c[3][i] = state.salt[1];
    }
    PhiloxKey key = state.key;
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < kPhiloxLanes; ++i) {
        // Upper and lower halves apart: each is one instruction for many lanes.
        const std::uint32_t low0 = kPhiloxMultipliers[0] * c[0][i];
        const std::uint32_t low1 = kPhiloxMultipliers[1] * c[2][i];
        const auto high0 = static_cast<std::uint32_t>(std::uint64_t{kPhiloxMultipliers[0]} * c[0][i] >> 32);
        const auto high1 = static_cast<std::uint32_t>(std::uint64_t{kPhiloxMultipliers[1]} * c[2][i] >> 32);
        c[0][i] = high1 ^ c[1][i] ^ key[0];
        c[1][i] = low1;
        c[2][i] = high0 ^ c[3][i] ^ key[1];
        c[3][i] = low0;
      }
      key[0] += kPhiloxIncrements[0];
      key[1] += kPhiloxIncrements[1];
    }
    for (std::size_t i = 0; i < kPhiloxLanes; ++i) {
      out[2 * i] = c[0][i] | std::uint64_t{c[1][i]} << 32;
      out[2 * i + 1] = c[2][i] | std::uint64_t{c[3][i]} << 32;
    }
  }
}

#ifdef VITROBUST_PHILOX_AVX512
namespace {

constexpr std::size_t kWidth = 8;
constexpr std::size_t kVectors = kPhiloxLanes / kWidth;

/// Each word of a counter in the lower half of 64 bits, whose upper half does not matter: the instruction
/// that multiplies the lower halves to 64 bits, which compilers do not find, does with no shuffling.
__attribute__((target("avx512f"))) void philox_lanes_avx512(const PhiloxStreamState& state,
                                                            std::uint32_t first, std::uint64_t* out,
                                                            std::size_t groups) {
  const __m512i multiplier0 = _mm512_set1_epi64(kPhiloxMultipliers[0]);
  const __m512i multiplier1 = _mm512_set1_epi64(kPhiloxMultipliers[1]);
  const __m512i lower = _mm512_set1_epi64(0xffffffff);
  const __m512i lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i front = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
  const __m512i back = _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
  for (; groups > 0; --groups) {
    __m512i c0[kVectors], c1[kVectors], c2[kVectors], c3[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v, first += kWidth) {
      c0[v] = _mm512_add_epi64(_mm512_set1_epi64(first), lanes);
      c1[v] = _mm512_set1_epi64(state.restart);
      c2[v] = _mm512_set1_epi64(state.salt[0]);
      c3[v] = _mm512_set1_epi64(state.salt[1]);
    }
    PhiloxKey key = state.key;
    for (int round = 0; round < 10; ++round) {
      const __m512i key0 = _mm512_set1_epi64(key[0]);
      const __m512i key1 = _mm512_set1_epi64(key[1]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        const __m512i product0 = _mm512_mul_epu32(multiplier0, c0[v]);
        const __m512i product1 = _mm512_mul_epu32(multiplier1, c2[v]);
        c0[v] = _mm512_xor_si512(_mm512_xor_si512(_mm512_srli_epi64(product1, 32), c1[v]), key0);
        c1[v] = product1;
        c2[v] = _mm512_xor_si512(_mm512_xor_si512(_mm512_srli_epi64(product0, 32), c3[v]), key1);
        c3[v] = product0;
      }
      key[0] += kPhiloxIncrements[0];
      key[1] += kPhiloxIncrements[1];
    }
    for (std::size_t v = 0; v < kVectors; ++v, out += 2 * kWidth) {
      const __m512i even = _mm512_or_si512(_mm512_and_si512(c0[v], lower), _mm512_slli_epi64(c1[v], 32));
      const __m512i odd = _mm512_or_si512(_mm512_and_si512(c2[v], lower), _mm512_slli_epi64(c3[v], 32));
      _mm512_storeu_si512(out, _mm512_permutex2var_epi64(even, front, odd));
      _mm512_storeu_si512(out + kWidth, _mm512_permutex2var_epi64(even, back, odd));
    }
  }
}

}  // namespace
#endif

void philox_lanes(const PhiloxStreamState& state, std::uint32_t first, std::uint64_t* out,
                  std::size_t groups) {
#ifdef VITROBUST_PHILOX_AVX512
  if (__builtin_cpu_supports("avx512f")) return philox_lanes_avx512(state, first, out, groups);
#endif
  philox_lanes_portable(state, first, out, groups);
}

}  // namespace vitrobust
