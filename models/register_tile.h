#pragma once

// The inner loop of matrix products on processors with AVX-512: a tile of up to 6 rows by 64 columns that
// stays in registers over all terms. Only source files of kernels include this.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "models/avx512.h"

#ifdef VITROBUST_AVX512

namespace vitrobust::models {

inline constexpr std::size_t kTileRows = 6;
inline constexpr std::size_t kTileVectors = 4;

/// c = before + a · b over `terms` terms, for one tile. Strides are in elements.
/// @tparam Element  float, or std::uint16_t for pairs of bfloat16: two terms of a side by side, and rows of b
///                  that hold both terms of column 0, of column 1, …; b_row and a_step count pairs then
template <typename Element>
struct Tile {
  const Element* a;
  std::int64_t a_row, a_step;
  const Element* b;
  std::int64_t b_row;
  std::int64_t terms;
  const float* before;  ///< nullptr: zeros
  std::int64_t before_row;
  float* c;
  std::int64_t c_row;
  __mmask16 last;  ///< which columns of the last vector there are
};

template <std::size_t Rows, std::size_t Vectors, typename Element>
VITROBUST_AVX512 inline void store_tile(const Tile<Element>& t, const __m512 (&sums)[Rows][Vectors]) {
  for (std::size_t r = 0; r < Rows; ++r)
    for (std::size_t v = 0; v < Vectors; ++v) {
      const auto row = static_cast<std::int64_t>(r);
      const auto column = static_cast<std::int64_t>(v) * kLanes;
      const __mmask16 lanes = v + 1 == Vectors ? t.last : static_cast<__mmask16>(0xFFFF);
      const __m512 before = t.before == nullptr
                                ? _mm512_setzero_ps()
                                : _mm512_maskz_loadu_ps(lanes, t.before + row * t.before_row + column);
      _mm512_mask_storeu_ps(t.c + row * t.c_row + column, lanes, _mm512_add_ps(before, sums[r][v]));
    }
}

template <std::size_t Rows, std::size_t Vectors>
VITROBUST_AVX512 void compute_tile(const Tile<float>& t) {
  __m512 sums[Rows][Vectors];
  for (auto& row : sums)
    for (auto& sum : row) sum = _mm512_setzero_ps();
  const float* a = t.a;
  const float* b = t.b;
  for (std::int64_t term = 0; term < t.terms; ++term, a += t.a_step, b += t.b_row) {
    __m512 right[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) right[v] = _mm512_loadu_ps(b + v * kLanes);
    for (std::size_t r = 0; r < Rows; ++r) {
      const __m512 left = _mm512_set1_ps(a[static_cast<std::int64_t>(r) * t.a_row]);
      for (std::size_t v = 0; v < Vectors; ++v) sums[r][v] = _mm512_fmadd_ps(left, right[v], sums[r][v]);
    }
  }
  store_tile(t, sums);
}

template <std::size_t Rows, std::size_t Vectors>
VITROBUST_AVX512_BF16 void compute_tile(const Tile<std::uint16_t>& t) {
  __m512 sums[Rows][Vectors];
  for (auto& row : sums)
    for (auto& sum : row) sum = _mm512_setzero_ps();
  const std::uint16_t* a = t.a;
  const std::uint16_t* b = t.b;
  for (std::int64_t term = 0; term < t.terms; term += 2, a += 2 * t.a_step, b += 2 * t.b_row) {
    __m512i right[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) right[v] = _mm512_loadu_si512(b + 2 * v * kLanes);
    for (std::size_t r = 0; r < Rows; ++r) {
      std::int32_t pair = 0;
      std::memcpy(&pair, a + static_cast<std::int64_t>(r) * t.a_row, sizeof pair);
      const auto left = (__m512bh)_mm512_set1_epi32(pair);
      for (std::size_t v = 0; v < Vectors; ++v)
        sums[r][v] = _mm512_dpbf16_ps(sums[r][v], left, (__m512bh)right[v]);
    }
  }
  store_tile(t, sums);
}

template <typename Element, std::size_t... Indices>
constexpr auto tile_table(std::index_sequence<Indices...>) {
  return std::array<void (*)(const Tile<Element>&), sizeof...(Indices)>{
      &compute_tile<Indices / kTileVectors + 1, Indices % kTileVectors + 1>...};
}

/// A panel of `vectors` vectors over `rows` rows; `tile` says where the first row is.
template <typename Element>
void compute_panel(Tile<Element> tile, std::int64_t rows, std::int64_t vectors) {
  static constexpr auto kTable = tile_table<Element>(std::make_index_sequence<kTileRows * kTileVectors>());
  constexpr auto kHigh = static_cast<std::int64_t>(kTileRows);
  for (std::int64_t i = 0; i < rows; i += kHigh) {
    const auto high = static_cast<std::size_t>(std::min(kHigh, rows - i));
    kTable[(high - 1) * kTileVectors + static_cast<std::size_t>(vectors) - 1](tile);
    tile.a += kHigh * tile.a_row;
    tile.c += kHigh * tile.c_row;
    if (tile.before != nullptr) tile.before += kHigh * tile.before_row;
  }
}

/// Calls body(first vector, vectors) for every panel of `columns` columns. They are as even as they can be: a
/// lone vector at the end would wait for its own sums.
template <typename Body>
void for_each_panel(std::int64_t columns, const Body& body) {
  constexpr auto kWide = static_cast<std::int64_t>(kTileVectors);
  const std::int64_t vectors = (columns + kLanes - 1) / kLanes;
  const std::int64_t panels = (vectors + kWide - 1) / kWide;
  std::int64_t done = 0;
  for (std::int64_t panel = 0; panel < panels; ++panel) {
    const std::int64_t wide = (vectors - done + panels - panel - 1) / (panels - panel);
    body(done, wide);
    done += wide;
  }
}

}  // namespace vitrobust::models
#endif
