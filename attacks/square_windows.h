#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vitrobust::attacks {

// Which windows Square changes, and by what: Andriushchenko et al., "Square attack", ECCV 2020.

/// Share of the pixels that a window covers at a query: p at first, halved after 10, 50, 200, 500, 1000,
/// 2000, 4000, 6000 and 8000 queries (section 3.2).
/// @param query  queries made before this one, the start not counted
double square_share(std::int64_t query, double p);

/// √(share·height·width), rounded to the nearest integer (halves to the even one), at least 1.
std::int64_t square_side(double share, std::int64_t height, std::int64_t width);

/// The pattern of a window in L2 and L1: two opposite bumps, one in each half of the rows, highest at their
/// centres, together of length 1 in L2 (section 3.4, eq. 2 and the text below it). A pixel at the distance m
/// (the larger of rows and columns) from the centre of its half has Σ_{k=m}^{n} 1/(k + 1)², n = side / 2.
/// @param side  at least 1
/// @return [side, side] float64; its transpose lies the other way
at::Tensor square_bumps(std::int64_t side);

}  // namespace vitrobust::attacks
