#include "core/poisson.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "core/vectorize.h"

namespace vitrobust {
namespace {

constexpr double kMaxMean = 10000;

/// Consecutive values and how many of the 2^32 words each of them gets.
struct Shares {
  std::uint32_t first = 0;
  std::vector<std::uint64_t> words;
};

/// The probabilities by their recurrence, p(k + 1) = p(k) mean/(k + 1), outwards from the mode, where none is
/// too small for a double; normalised at the end.
Shares share_out(double mean) {
  if (mean == 0) return {.first = 0, .words = {std::uint64_t{1} << 32}};
  constexpr double kNegligible = 0x1p-70;
  const double mode = std::floor(mean);
  std::vector<double> below;
  for (double k = mode, p = 1; k > 0; --k) {
    p *= k / mean;
    if (p < kNegligible) break;
    below.push_back(p);
  }
  std::vector<double> weights(below.rbegin(), below.rend());
  weights.push_back(1);
  for (double k = mode + 1, p = 1;; ++k) {
    p *= mean / k;
    if (p < kNegligible) break;
    weights.push_back(p);
  }
  double sum = 0;
  for (const double weight : weights) sum += weight;

  Shares shares{.first = static_cast<std::uint32_t>(mode) - static_cast<std::uint32_t>(below.size()),
                .words = {}};
  double cumulative = 0;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    cumulative += weights[i];
    const auto up_to =
        i + 1 == weights.size()
            ? std::uint64_t{1} << 32
            : std::min(static_cast<std::uint64_t>(cumulative / sum * 0x1p32 + 0.5), std::uint64_t{1} << 32);
    shares.words.push_back(up_to - given);
    given = up_to;
  }
  // Values that got nothing.
  while (shares.words.back() == 0) shares.words.pop_back();
  const auto some =
      std::find_if(shares.words.begin(), shares.words.end(), [](std::uint64_t n) { return n > 0; });
  shares.first += static_cast<std::uint32_t>(some - shares.words.begin());
  shares.words.erase(shares.words.begin(), some);
  return shares;
}

VITROBUST_VECTORIZE void take(const std::uint64_t* columns, const std::uint32_t* first,
                              const std::uint32_t* shift, const std::uint8_t* levels,
                              const std::uint32_t* words, std::uint32_t* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t by = shift[levels[i]];
    const std::uint64_t column = columns[first[levels[i]] + (words[i] >> by)];
    const std::uint32_t rest = words[i] & ((std::uint32_t{1} << by) - 1);
    const auto values = static_cast<std::uint32_t>(column);
    out[i] = rest < static_cast<std::uint32_t>(column >> 32) ? values & 0xffffU : values >> 16;
  }
}

}  // namespace

PoissonTables::PoissonTables(std::span<const double> means) : means_(means.begin(), means.end()) {
  if (means.empty() || means.size() > 256)
    throw InternalError(fmt::format("Poisson tables of {} means", means.size()));
  for (const double mean : means) add_columns(mean);
}

void PoissonTables::add_columns(double mean) {
  if (!(mean >= 0 && mean <= kMaxMean)) throw InternalError(fmt::format("a Poisson mean of {}", mean));
  const Shares shares = share_out(mean);
  // At least two columns, so that the words of one fit 32 bits.
  const auto bits =
      static_cast<std::uint32_t>(std::bit_width(std::max<std::size_t>(shares.words.size(), 2) - 1));
  const std::size_t count = std::size_t{1} << bits;
  const std::uint64_t full = std::uint64_t{1} << (32 - bits);
  first_.push_back(static_cast<std::uint32_t>(columns_.size()));
  shift_.push_back(32 - bits);

  std::vector<std::uint64_t> left = shares.words;
  left.resize(count);
  std::vector<std::size_t> wanting;
  std::vector<std::size_t> wealthy;
  for (std::size_t i = 0; i < count; ++i) (left[i] < full ? wanting : wealthy).push_back(i);
  const auto column = [&](std::size_t own, std::size_t alias, std::uint64_t below) {
    return (shares.first + own) | (shares.first + alias) << 16 | below << 32;
  };
  columns_.resize(columns_.size() + count);
  std::uint64_t* const columns = columns_.data() + first_.back();
  // A column that lacks words is filled up from one that has too many, which then may lack some itself.
  while (!wanting.empty()) {
    const std::size_t poor = wanting.back();
    wanting.pop_back();
    const std::size_t rich = wealthy.back();
    columns[poor] = column(poor, rich, left[poor]);
    left[rich] -= full - left[poor];
    if (left[rich] < full) {
      wealthy.pop_back();
      wanting.push_back(rich);
    }
  }
  for (const std::size_t i : wealthy) columns[i] = column(i, i, full);
}

void PoissonTables::look_up(std::span<const std::uint8_t> levels, std::span<const std::uint32_t> words,
                            std::span<std::uint32_t> out) const {
  if (levels.size() != out.size() || words.size() != out.size())
    throw InternalError("Poisson draws of different lengths");
  take(columns_.data(), first_.data(), shift_.data(), levels.data(), words.data(), out.data(), out.size());
}

}  // namespace vitrobust
