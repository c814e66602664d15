#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vitrobust {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

inline constexpr std::uint32_t kPhiloxMultipliers[] = {0xD2511F53U, 0xCD9E8D57U};
/// Weyl constants: the golden ratio and sqrt(3) - 1.
inline constexpr std::uint32_t kPhiloxIncrements[] = {0x9E3779B9U, 0xBB67AE85U};

/// One block of Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): for
/// each key a bijection of 128-bit counters, so that any draw can be computed without the ones before it.
constexpr PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{kPhiloxMultipliers[0]} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kPhiloxMultipliers[1]} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kPhiloxIncrements[0];
    key[1] += kPhiloxIncrements[1];
  }
  return counter;
}

/// What a stream of random numbers belongs to; two different keys never share a stream.
struct StreamKey {
  std::uint64_t seed = 0;
  /// What draws, e.g. "corruption/gaussian_noise/3" or "attack/pgd"; enters through its SHA-256.
  std::string_view condition;
  /// Index of the sample in its dataset, whatever the batch, order or shard.
  std::uint64_t sample_id = 0;
  std::uint32_t restart = 0;
};

/// The key and the fixed half of the counter of a stream's blocks.
struct PhiloxStreamState {
  PhiloxKey key{};
  std::array<std::uint32_t, 2> salt{};
  std::uint32_t restart = 0;

  /// Block `index` of the stream: four 32-bit words.
  [[nodiscard]] constexpr PhiloxCounter block(std::uint32_t index) const {
    return philox4x32_10({index, restart, salt[0], salt[1]}, key);
  }
};

/// The identity of a stream is the Philox block of (hash of the condition, sample id) under the seed; as
/// Philox is a bijection, no two samples of a condition get the same one. Half of it becomes the key, half
/// enters the counter.
PhiloxStreamState derive_stream(const StreamKey& key);

}  // namespace vitrobust
