#include "core/numpy_random.h"

#include <bit>
#include <cmath>

#include "core/error.h"

namespace vitrobust {
namespace {

/// log k! by Stirling's series with ten terms, above which the argument is raised where the series is poor.
double log_factorial(double k) {
  if (k < 2) return 0;
  /// B(2i)/(2i (2i - 1)), i = 10 … 1.
  constexpr double kSeries[] = {-174611.0 / 125400, 43867.0 / 244188, -3617.0 / 122400, 1.0 / 156,
                                -691.0 / 360360,    1.0 / 1188,       -1.0 / 1680,      1.0 / 1260,
                                -1.0 / 360,         1.0 / 12};
  constexpr double kLogTwoPi = 1.8378770664093454836;
  const double start = k + 1;
  double x = start;
  while (x < 7) ++x;
  const double inverse_square = (1 / x) * (1 / x);
  double sum = 0;
  for (const double coefficient : kSeries) sum = sum * inverse_square + coefficient;
  double result = sum / x + 0.5 * kLogTwoPi + (x - 0.5) * std::log(x) - x;
  for (; x > start; --x) result -= std::log(x - 1);
  return result;
}

}  // namespace

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

std::uint32_t NumpyLegacySource::poisson(double mean) {
  if (mean == 0) return 0;
  if (mean < 10) {
    const double limit = std::exp(-mean);
    std::uint32_t count = 0;
    for (double product = uniform(); product > limit; product *= uniform()) ++count;
    return count;
  }
  // W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance:
  // Mathematics and Economics 12, 1993: algorithm PTRS.
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double quick = 0.9277 - 3.6224 / (b - 2);
  const double log_mean = std::log(mean);
  for (;;) {
    const double u = uniform() - 0.5;
    const double v = uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= quick) return static_cast<std::uint32_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double left = std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b);
    if (left <= -mean + k * log_mean - log_factorial(k)) return static_cast<std::uint32_t>(k);
  }
}

void NumpyLegacySource::fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                                     std::span<std::uint32_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = poisson(tables.means()[levels[i]]);
}

}  // namespace vitrobust
