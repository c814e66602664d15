#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"

namespace vitrobust {

/// Fills `out` with integers uniform on {0, …, bound - 1}; 1 ≤ bound ≤ 256. A source of words is read byte by
/// byte, the lowest of a word first: with the largest n for which bound^n ≤ 256, a byte below the largest
/// multiple of bound^n gives its n lowest digits to the base `bound`, the lowest first, any other byte
/// nothing. What is left of the last word is dropped; bound 1 reads nothing. From another source the values
/// are random.integer(bound) one by one.
void fill_integers(RandomSource& random, std::uint32_t bound, std::span<std::uint8_t> out);

}  // namespace vitrobust
