#include "models/operand_layout.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"
#include "models/avx512.h"

namespace vitrobust::models {

#ifdef VITROBUST_AVX512

namespace {

struct Square {
  __m512 rows[kLanes];
};

/// The transpose of 16 × 16 words: pairs of rows interleaved, then pairs of pairs, then blocks of four lanes.
VITROBUST_AVX512 inline void transpose(Square& square) {
  __m512(&s)[kLanes] = square.rows;
  __m512 t[kLanes];
  for (std::size_t i = 0; i < kLanes; i += 2) {
    t[i] = _mm512_unpacklo_ps(s[i], s[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps(s[i], s[i + 1]);
  }
  for (std::size_t i = 0; i < kLanes; i += 4) {
    for (std::size_t half = 0; half < 2; ++half) {
      const __m512d a = _mm512_castps_pd(t[i + half]);
      const __m512d b = _mm512_castps_pd(t[i + half + 2]);
      s[i + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      s[i + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  }
  // s[4r + c] has, in its block b of four lanes, the elements (4r … 4r + 3, 4b + c).
  for (std::size_t c = 0; c < 4; ++c) {
    const __m512 low = _mm512_shuffle_f32x4(s[c], s[4 + c], 0x88);
    const __m512 high = _mm512_shuffle_f32x4(s[c], s[4 + c], 0xDD);
    const __m512 low2 = _mm512_shuffle_f32x4(s[8 + c], s[12 + c], 0x88);
    const __m512 high2 = _mm512_shuffle_f32x4(s[8 + c], s[12 + c], 0xDD);
    t[c] = _mm512_shuffle_f32x4(low, low2, 0x88);
    t[4 + c] = _mm512_shuffle_f32x4(high, high2, 0x88);
    t[8 + c] = _mm512_shuffle_f32x4(low, low2, 0xDD);
    t[12 + c] = _mm512_shuffle_f32x4(high, high2, 0xDD);
  }
  std::copy_n(t, kLanes, s);
}

VITROBUST_AVX512_BF16 inline __m256i rounded(const float* x, __mmask16 lanes) {
  return (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(lanes, x));
}

VITROBUST_AVX512_BF16 void round_row(const float* x, std::int64_t count, std::uint16_t* halves) {
  constexpr std::int64_t kTwice = 2 * kLanes;
  std::int64_t j = 0;
  for (; j + kTwice <= count; j += kTwice)
    _mm512_storeu_si512(
        halves + j, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + j + kLanes), _mm512_loadu_ps(x + j)));
  for (; j < count; j += kLanes) {
    alignas(32) std::array<std::uint16_t, kLanes> rest;
    _mm256_store_si256(reinterpret_cast<__m256i*>(rest.data()), rounded(x + j, lanes_before(count, j)));
    const std::int64_t left = std::min(pairs_of(count) * 2 - j, kLanes);
    std::memcpy(halves + j, rest.data(), static_cast<std::size_t>(left) * sizeof(rest[0]));
  }
}

/// @param second  nullptr: zeros
VITROBUST_AVX512_BF16 void pair_row(const float* first, const float* second, std::int64_t count,
                                    float* pairs) {
  for (std::int64_t j = 0; j < count; j += kLanes) {
    const __mmask16 lanes = lanes_before(count, j);
    const __m512i low = _mm512_cvtepu16_epi32(rounded(first + j, lanes));
    const __m512i high =
        second == nullptr ? _mm512_setzero_si512() : _mm512_cvtepu16_epi32(rounded(second + j, lanes));
    _mm512_storeu_si512(pairs + j, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
}

}  // namespace

VITROBUST_AVX512 void transpose_words(const float* in, std::int64_t in_row, std::int64_t rows,
                                      std::int64_t columns, float* out) {
  for (std::int64_t i = 0; i < rows; i += kLanes) {
    for (std::int64_t j = 0; j < columns; j += kLanes) {
      const __mmask16 lanes = lanes_before(columns, j);
      Square square;
      for (std::int64_t r = 0; r < kLanes; ++r)
        square.rows[r] =
            i + r < rows ? _mm512_maskz_loadu_ps(lanes, in + (i + r) * in_row + j) : _mm512_setzero_ps();
      transpose(square);
      for (std::int64_t c = 0; c < std::min(columns - j, kLanes); ++c)
        _mm512_storeu_ps(out + (j + c) * padded(rows) + i, square.rows[c]);
    }
  }
}

void round_rows(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t count, void* pairs) {
  auto* const halves = static_cast<std::uint16_t*>(pairs);
  if (x_row == count && count % 2 == 0) {
    round_row(x, rows * count, halves);
    return;
  }
  for (std::int64_t i = 0; i < rows; ++i) round_row(x + i * x_row, count, halves + i * pairs_of(count) * 2);
}

void pair_rows(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t count, float* pairs) {
  for (std::int64_t i = 0; i < rows; i += 2)
    pair_row(x + i * x_row, i + 1 < rows ? x + (i + 1) * x_row : nullptr, count,
             pairs + i / 2 * padded(count));
}

#else

namespace {
[[noreturn]] void refuse_layout() {
  throw InternalError("layouts of operands are for processors with AVX-512");
}
}  // namespace

void transpose_words(const float*, std::int64_t, std::int64_t, std::int64_t, float*) {
  refuse_layout();
}
void round_rows(const float*, std::int64_t, std::int64_t, std::int64_t, void*) {
  refuse_layout();
}
void pair_rows(const float*, std::int64_t, std::int64_t, std::int64_t, float*) {
  refuse_layout();
}

#endif

}  // namespace vitrobust::models
