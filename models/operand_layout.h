#pragma once

#include <cstdint>

namespace vitrobust::models {

// How operands of matrix products are laid out for the tiles of models/register_tile.h, on processors with
// AVX-512. A word is 32 bits: a float, or a pair of bfloat16 that are neighbours along the sum. Rounding is
// to the nearest, ties to even. Only source files of kernels include this.

constexpr std::int64_t pairs_of(std::int64_t terms) {
  return (terms + 1) / 2;
}

/// out[j][i] = in[i][j] for words. Rows of `out` are `rows` words, filled up to whole vectors with 0.
/// @param in_row  words from one row to the next
void transpose_words(const float* in, std::int64_t in_row, std::int64_t rows, std::int64_t columns,
                     float* out);

/// Rows of `count` floats to rows of pairs_of(count) pairs; a lacking second is 0.
/// @param x_row  floats from one row to the next
void round_rows(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t count, void* pairs);

/// Two rows at a time to one of `count` pairs, filled up to whole vectors with 0, the first of each pair from
/// the first row; a lacking second row is 0.
/// @param x_row  floats from one row to the next
void pair_rows(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t count, float* pairs);

}  // namespace vitrobust::models
