#pragma once

#include <array>
#include <cstdint>

#include "core/random.h"

namespace vitrobust {

/// numpy's legacy generator, `numpy.random.RandomState(seed)`, bit for bit: MT19937 (Matsumoto and Nishimura
/// 1998) with numpy's own distributions, which NEP 19 froze. For comparison with the reference corruptions
/// only: its draws depend on everything drawn before.
class NumpyLegacySource final : public RandomSource {
 public:
  explicit NumpyLegacySource(std::uint32_t seed);

  double uniform() override;
  /// Marsaglia's polar method; the second value of a pair is kept for the next call.
  double normal() override;
  /// `randint(bound)`: masked words, rejected when too large.
  std::uint32_t integer(std::uint32_t bound) override;
  /// `poisson(mean)`: a mean of 0 draws nothing, one below 10 multiplies uniforms, above it is Hörmann's
  /// transformed rejection.
  std::uint32_t poisson(double mean);
  void fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                    std::span<std::uint32_t> out) override;

 private:
  std::uint32_t next32();
  void refill();

  std::array<std::uint32_t, 624> state_{};
  std::size_t at_ = 624;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace vitrobust
