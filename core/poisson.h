#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitrobust {

/// Poisson distributions of up to 256 means, prepared so that a draw of any of them takes one uniform word of
/// 32 bits: Walker's alias method ("An efficient method for generating discrete random variables", ACM TOMS
/// 3, 1977) in integers. P(N ≤ k) is the exact probability rounded to a multiple of 2^-32. Without the C
/// library's functions, so the same on every machine.
class PoissonTables {
 public:
  /// @throws InternalError unless there are 1 to 256 means, each in [0, 10000]
  explicit PoissonTables(std::span<const double> means);

  [[nodiscard]] const std::vector<double>& means() const { return means_; }

  /// out[i] = the value that words[i] stands for under the mean levels[i]. All of one length; every level
  /// must be an index into the means.
  void look_up(std::span<const std::uint8_t> levels, std::span<const std::uint32_t> words,
               std::span<std::uint32_t> out) const;

 private:
  void add_columns(double mean);

  std::vector<double> means_;
  /// Of each mean: where its columns begin, and by how much a word is shifted to give the column.
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> shift_;
  /// A column's own value (bits 0 to 15), its alias (16 to 31), and below which rest of the word its own
  /// value is taken (32 to 63).
  std::vector<std::uint64_t> columns_;
};

}  // namespace vitrobust
