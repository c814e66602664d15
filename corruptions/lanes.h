#pragma once

#include <cstddef>

namespace vitrobust::corruptions {

/// How many neighbouring values a loop over taps sums at a time: so many sums stay in registers, whatever the
/// instruction set.
inline constexpr std::size_t kLanes = 16;

/// Does nothing at run time. Without it in the loop over taps, GCC vectorises or unrolls that loop in place
/// of the one over neighbours, for two to five times the time.
template <typename T>
[[gnu::always_inline]] inline void pin(T*& pointer) {
  asm volatile("" : "+r"(pointer));
}

}  // namespace vitrobust::corruptions
