#pragma once

#include <cstdint>
#include <span>

#include "core/philox.h"
#include "core/poisson.h"

namespace vitrobust {

/// Where corruptions and attacks get their random numbers. Two kinds: Philox streams for real runs, numpy's
/// legacy generator for comparison with the reference packages.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  /// Uniform on [0, 1), a multiple of 2^-53.
  virtual double uniform() = 0;
  /// Standard normal.
  virtual double normal() = 0;
  /// Uniform on {0, …, bound - 1}; bound ≥ 1.
  virtual std::uint32_t integer(std::uint32_t bound) = 0;

  /// Uniform on [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// The next out.size() draws in order.
  virtual void fill_uniform(std::span<double> out);
  virtual void fill_normal(std::span<double> out);
  /// The next words of a source that makes every uniform, and every normal, from one word of 64 bits:
  /// uniform_of(word), normal_of(word). Whoever takes words draws what fill_uniform() or fill_normal() would,
  /// but may compute less of it. Another source draws nothing and returns false.
  virtual bool fill_words(std::span<std::uint64_t> out);
  /// out[i] is Poisson with the mean tables.means()[levels[i]]; levels and out have one length.
  virtual void fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                            std::span<std::uint32_t> out) = 0;
};

/// Draws from one Philox stream: the same for a key in every batch, thread and shard, and on every machine.
/// Normals are the inverse distribution function of a uniform (Wichura, "Algorithm AS 241", Applied
/// Statistics 37, 1988), one uniform each. A stream holds 2^33 doubles.
class PhiloxSource final : public RandomSource {
 public:
  explicit PhiloxSource(const StreamKey& key) : state_(derive_stream(key)) {}

  double uniform() override;
  double normal() override;
  std::uint32_t integer(std::uint32_t bound) override;
  /// In bulk, bit for bit what as many single draws give.
  void fill_uniform(std::span<double> out) override;
  void fill_normal(std::span<double> out) override;
  bool fill_words(std::span<std::uint64_t> out) override;
  /// Two values from each word of 64 bits, its lower half first; half a word is left over when their number
  /// is odd.
  void fill_poisson(const PoissonTables& tables, std::span<const std::uint8_t> levels,
                    std::span<std::uint32_t> out) override;

 private:
  std::uint64_t next64();
  template <typename Convert>
  void fill(std::span<double> out, Convert convert);

  PhiloxStreamState state_;
  PhiloxCounter block_{};
  std::uint32_t next_block_ = 0;
  bool second_half_ = false;
};

/// What PhiloxSource makes of a word: a uniform on [0, 1) of its upper 53 bits; a standard normal of its
/// upper 52, which grows with the word.
inline double uniform_of(std::uint64_t word) {
  // Through a signed integer, for which processors have an instruction.
  return static_cast<double>(static_cast<std::int64_t>(word >> 11)) * 0x1p-53;
}
double normal_of(std::uint64_t word);

/// Quantile of the standard normal distribution, p in [2^-1022, 1), relative error about 1e-16 (AS 241,
/// PPND16); the same on every machine.
double normal_quantile(double p);

/// Replaces every p by normal_quantile(p), bit for bit.
void normal_quantiles(std::span<double> values);

}  // namespace vitrobust
