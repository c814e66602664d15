#include "core/random.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/error.h"
#include "core/philox_lanes.h"

namespace vitrobust {
namespace {

/// (k + 1/2) 2^-52 for the upper 52 bits k: the midpoints of equal cells, symmetric about 1/2, never 0 or 1.
double midpoint_of(std::uint64_t word) {
  constexpr std::uint64_t kOne = std::uint64_t{0x3FF} << 52;  // the bits of 1.0; k becomes the fraction
  return std::bit_cast<double>(kOne | word >> 12) - (1 - 0x1p-53);
}

}  // namespace

void RandomSource::fill_uniform(std::span<double> out) {
  for (double& value : out) value = uniform();
}

void RandomSource::fill_normal(std::span<double> out) {
  for (double& value : out) value = normal();
}

bool RandomSource::fill_words(std::span<std::uint64_t> /*out*/) {
  return false;
}

double normal_of(std::uint64_t word) {
  return normal_quantile(midpoint_of(word));
}

std::uint64_t PhiloxSource::next64() {
  if (!second_half_) block_ = state_.block(next_block_++);
  const std::size_t at = second_half_ ? 2 : 0;
  second_half_ = !second_half_;
  return block_[at] | std::uint64_t{block_[at + 1]} << 32;
}

bool PhiloxSource::fill_words(std::span<std::uint64_t> out) {
  std::size_t i = 0;
  if (second_half_ && !out.empty()) out[i++] = next64();
  const std::size_t groups = (out.size() - i) / (2 * kPhiloxLanes);
  philox_lanes(state_, next_block_, out.data() + i, groups);
  next_block_ += static_cast<std::uint32_t>(groups * kPhiloxLanes);
  i += groups * 2 * kPhiloxLanes;
  // What is left of a group, by whole blocks: the rest of the group is thrown away, not skipped.
  if (const std::size_t blocks = (out.size() - i) / 2; blocks > 4) {
    std::array<std::uint64_t, 2 * kPhiloxLanes> group;
    philox_lanes(state_, next_block_, group.data(), 1);
    std::copy_n(group.begin(), 2 * blocks, out.data() + i);
    next_block_ += static_cast<std::uint32_t>(blocks);
    i += 2 * blocks;
  }
  for (; i < out.size(); ++i) out[i] = next64();
  return true;
}

template <typename Convert>
void PhiloxSource::fill(std::span<double> out, Convert convert) {
  std::array<std::uint64_t, 256> words;
  while (!out.empty()) {
    const std::size_t n = std::min(words.size(), out.size());
    fill_words(std::span(words).first(n));
    for (std::size_t i = 0; i < n; ++i) out[i] = convert(words[i]);
    out = out.subspan(n);
  }
}

double PhiloxSource::uniform() {
  return uniform_of(next64());
}

double PhiloxSource::normal() {
  return normal_of(next64());
}

void PhiloxSource::fill_uniform(std::span<double> out) {
  fill(out, uniform_of);
}

void PhiloxSource::fill_normal(std::span<double> out) {
  fill(out, midpoint_of);
  normal_quantiles(out);
}

void PhiloxSource::fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                                std::span<std::uint32_t> out) {
  std::array<std::uint64_t, 256> words{};
  std::array<std::uint32_t, 2 * words.size()> halves;
  while (!out.empty()) {
    const std::size_t n = std::min(halves.size(), out.size());
    fill_words(std::span(words).first((n + 1) / 2));
    for (std::size_t i = 0; i < words.size(); ++i) {
      halves[2 * i] = static_cast<std::uint32_t>(words[i]);
      halves[2 * i + 1] = static_cast<std::uint32_t>(words[i] >> 32);
    }
    tables.look_up(levels.first(n), std::span(halves).first(n), out.first(n));
    levels = levels.subspan(n);
    out = out.subspan(n);
  }
}

std::uint32_t PhiloxSource::integer(std::uint32_t bound) {
  if (bound == 0) throw InternalError("a random integer below 0");
  // Lemire's multiplication; rejection removes the bias.
  const std::uint32_t threshold = -bound % bound;
  for (;;) {
    const std::uint64_t product = (next64() >> 32) * bound;
    if (static_cast<std::uint32_t>(product) >= threshold) return static_cast<std::uint32_t>(product >> 32);
  }
}

}  // namespace vitrobust
