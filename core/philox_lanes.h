#pragma once

#include <cstddef>
#include <cstdint>

#include "core/philox.h"

namespace vitrobust {

/// Blocks of a stream that are computed side by side.
inline constexpr std::size_t kPhiloxLanes = 32;

/// `groups` times kPhiloxLanes blocks of a stream from block `first` on, each two words of 64 bits, by
/// whatever this processor does fastest.
void philox_lanes(const PhiloxStreamState& state, std::uint32_t first, std::uint64_t* out,
                  std::size_t groups);

/// The same words by plain loops, for every processor.
void philox_lanes_portable(const PhiloxStreamState& state, std::uint32_t first, std::uint64_t* out,
                           std::size_t groups);

}  // namespace vitrobust
