#include "core/numpy_random.h"

#include <bit>
#include <cmath>

#include "core/error.h"

namespace vitrobust {

NumpyLegacySource::NumpyLegacySource(std::uint32_t seed) {
  state_[0] = seed;
  for (std::uint32_t i = 1; i < state_.size(); ++i)
    state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
}

void NumpyLegacySource::refill() {
  constexpr std::size_t kShift = 397;
  const std::size_t n = state_.size();
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t mixed = (state_[i] & 0x80000000U) | (state_[(i + 1) % n] & 0x7fffffffU);
    state_[i] = state_[(i + kShift) % n] ^ (mixed >> 1) ^ ((mixed & 1U) != 0 ? 0x9908b0dfU : 0U);
  }
  at_ = 0;
}

std::uint32_t NumpyLegacySource::next32() {
  if (at_ == state_.size()) refill();
  std::uint32_t word = state_[at_++];
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680U;
  word ^= (word << 15) & 0xefc60000U;
  return word ^ (word >> 18);
}

double NumpyLegacySource::uniform() {
  const std::uint32_t high = next32() >> 5;
  const std::uint32_t low = next32() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double NumpyLegacySource::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double x1 = 0;
  double x2 = 0;
  double square = 0;
  do {
    x1 = 2.0 * uniform() - 1.0;
    x2 = 2.0 * uniform() - 1.0;
    square = x1 * x1 + x2 * x2;
  } while (square >= 1.0 || square == 0.0);
  const double scale = std::sqrt(-2.0 * std::log(square) / square);
  spare_ = scale * x1;
  has_spare_ = true;
  return scale * x2;
}

std::uint32_t NumpyLegacySource::integer(std::uint32_t bound) {
  if (bound == 0) throw InternalError("a random integer below 0");
  if (bound == 1) return 0;  // numpy draws nothing here
  const std::uint32_t mask = ~0U >> std::countl_zero(bound - 1);
  for (;;) {
    const std::uint32_t word = next32() & mask;
    if (word < bound) return word;
  }
}

}  // namespace vitrobust
