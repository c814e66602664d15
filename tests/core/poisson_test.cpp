// Poisson draws of both sources against Boost.Math's probabilities.
#include "core/poisson.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/numpy_random.h"
#include "core/random.h"

namespace vitrobust {
namespace {

constexpr std::array<double, 9> kMeans = {0.001, 0.5, 3, 9.99, 10, 12, 37.3, 100, 500};

/// Value → how often `random` draws it under this mean.
std::vector<double> histogram(RandomSource& random, double mean, std::size_t draws) {
  const PoissonTables tables({&mean, 1});
  const std::vector<std::uint8_t> levels(draws);
  std::vector<std::uint32_t> values(draws);
  random.fill_poisson(tables, levels, values);
  std::vector<double> counts(2000);
  for (const std::uint32_t value : values) ++counts.at(value);
  return counts;
}

/// Pearson's test with the values of fewer than ten expected draws put together at both ends; a sound source
/// fails it in one of a million runs, and the draws are always the same ones.
void expect_poisson(const std::vector<double>& counts, double mean, double draws) {
  const boost::math::poisson_distribution<double> poisson(mean);
  double statistic = 0;
  int cells = 0;
  double expected = 0;
  double got = 0;
  double remaining = draws;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    expected += draws * boost::math::pdf(poisson, static_cast<double>(k));
    got += counts[k];
    remaining = draws * boost::math::cdf(boost::math::complement(poisson, static_cast<double>(k)));
    if (expected >= 10 && remaining >= 10) {
      statistic += (got - expected) * (got - expected) / expected;
      ++cells;
      expected = got = 0;
    }
  }
  statistic += (got - expected) * (got - expected) / expected;
  ASSERT_GE(cells, 1) << mean;
  const boost::math::chi_squared_distribution<double> chi_squared(cells);
  EXPECT_LT(statistic, boost::math::quantile(boost::math::complement(chi_squared, 1e-6))) << mean;
}

TEST(Poisson, PhiloxDrawsHaveTheExactProbabilities) {
  PhiloxSource random({.seed = 5, .condition = "poisson", .sample_id = 0, .restart = 0});
  for (const double mean : kMeans) expect_poisson(histogram(random, mean, 400000), mean, 400000);
}

TEST(Poisson, NumpyDrawsHaveTheExactProbabilities) {
  NumpyLegacySource random(5);
  for (const double mean : kMeans) expect_poisson(histogram(random, mean, 200000), mean, 200000);
}

/// Which share of all 2^32 words means at most `k`: every column is asked at both sides of each change.
TEST(PoissonTables, SharesOfTheWordsAreTheProbabilities) {
  for (const double mean : {0.02, 1.0, 3.0, 12.0}) {
    const PoissonTables tables({&mean, 1});
    const std::uint8_t level = 0;
    const auto value_of = [&](std::uint32_t word) {
      std::uint32_t value = 0;
      tables.look_up({&level, 1}, {&word, 1}, {&value, 1});
      return value;
    };
    // Within a column the value changes once at most, and no table has more than 2^8 columns here; columns of
    // larger size only repeat.
    std::vector<double> words(256);
    for (std::uint64_t column = 0; column < 256; ++column) {
      const std::uint64_t begin = column << 24;
      const std::uint64_t end = begin + (1U << 24);
      const std::uint32_t first = value_of(static_cast<std::uint32_t>(begin));
      std::uint64_t low = begin;
      std::uint64_t high = end;
      while (high - low > 1)
        (value_of(static_cast<std::uint32_t>((low + high) / 2)) == first ? low : high) = (low + high) / 2;
      words.at(first) += static_cast<double>(high - begin);
      if (high < end) words.at(value_of(static_cast<std::uint32_t>(high))) += static_cast<double>(end - high);
    }
    const boost::math::poisson_distribution<long double> poisson(mean);
    double cumulative = 0;
    for (std::size_t k = 0; k < words.size(); ++k) {
      cumulative += words[k];
      EXPECT_NEAR(cumulative * 0x1p-32,
                  static_cast<double>(boost::math::cdf(poisson, static_cast<long double>(k))), 0x1p-32)
          << mean << " " << k;
    }
    EXPECT_EQ(cumulative, 0x1p32);
  }
}

TEST(PoissonTables, EachLevelHasItsOwnMean) {
  const std::vector<double> means = {0, 1000, 2};
  const PoissonTables tables(means);
  EXPECT_EQ(tables.means(), means);
  std::vector<std::uint8_t> levels(30000);
  for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = static_cast<std::uint8_t>(i % 3);
  std::vector<std::uint32_t> values(levels.size());
  PhiloxSource(StreamKey{.seed = 1, .condition = "poisson", .sample_id = 0, .restart = 0})
      .fill_poisson(tables, levels, values);
  std::array<double, 3> sums{};
  for (std::size_t i = 0; i < levels.size(); ++i) sums.at(i % 3) += values[i];
  EXPECT_EQ(sums[0], 0);
  EXPECT_NEAR(sums[1] / 10000, 1000, 5 * std::sqrt(1000.0 / 10000));
  EXPECT_NEAR(sums[2] / 10000, 2, 5 * std::sqrt(2.0 / 10000));
}

TEST(Poisson, PiecesOfEvenLengthGiveWhatOneCallGives) {
  const double mean = 7;
  const PoissonTables tables({&mean, 1});
  const StreamKey key{.seed = 2, .condition = "poisson", .sample_id = 0, .restart = 0};
  const std::vector<std::uint8_t> levels(1601);
  std::vector<std::uint32_t> whole(levels.size());
  PhiloxSource(key).fill_poisson(tables, levels, whole);
  for (const std::size_t piece : {2U, 100U, 512U, 600U}) {
    PhiloxSource random(key);
    std::vector<std::uint32_t> pieces(levels.size());
    for (std::size_t at = 0; at < levels.size(); at += piece) {
      const std::size_t n = std::min(piece, levels.size() - at);
      random.fill_poisson(tables, std::span(levels).subspan(at, n), std::span(pieces).subspan(at, n));
    }
    EXPECT_EQ(pieces, whole) << piece;
  }
}

TEST(PoissonTables, RefusesWhatIsNoMean) {
  for (const double mean : {-1.0, std::nan(""), 1e5})
    EXPECT_THROW(PoissonTables(std::span(&mean, 1)), InternalError) << mean;
  EXPECT_THROW(PoissonTables(std::span<const double>()), InternalError);
  EXPECT_THROW(PoissonTables(std::vector<double>(257)), InternalError);
}

TEST(PoissonTables, RefusesDrawsOfDifferentLengths) {
  const double mean = 1;
  const PoissonTables tables({&mean, 1});
  const std::vector<std::uint8_t> levels(2);
  const std::vector<std::uint32_t> words(3);
  std::vector<std::uint32_t> out(3);
  EXPECT_THROW(tables.look_up(levels, words, out), InternalError);
}

}  // namespace
}  // namespace vitrobust
