#include "core/small_integers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/numpy_random.h"

namespace vitrobust {
namespace {

PhiloxSource source() {
  return PhiloxSource({.seed = 4, .condition = "small integers", .sample_id = 0, .restart = 0});
}

TEST(SmallIntegers, AreTheDigitsOfTheBytesOfTheWords) {
  PhiloxSource words = source();
  PhiloxSource integers = source();
  std::vector<std::uint64_t> word(40);
  words.fill_words(word);
  // 216 = 6³ is the largest power of 6 below 256: three digits per byte.
  std::vector<std::uint8_t> expected;
  for (const std::uint64_t bits : word) {
    for (int shift = 0; shift < 64; shift += 8) {
      const auto byte = static_cast<unsigned>(bits >> shift & 255);
      if (byte >= 216) continue;
      for (const unsigned digit : {byte % 6, byte / 6 % 6, byte / 36})
        expected.push_back(static_cast<std::uint8_t>(digit));
    }
  }
  ASSERT_LT(expected.size(), 40U * 24) << "some bytes are rejected";
  std::vector<std::uint8_t> values(expected.size());
  fill_integers(integers, 6, values);
  EXPECT_EQ(values, expected);
}

TEST(SmallIntegers, AreUniform) {
  for (const std::uint32_t bound : {2U, 3U, 4U, 6U, 8U, 10U, 16U, 17U, 100U, 255U, 256U}) {
    PhiloxSource random = source();
    std::vector<std::uint8_t> values(200003);
    fill_integers(random, bound, values);
    std::vector<double> counts(bound);
    std::vector<double> pairs(std::size_t{bound} * bound);
    for (const std::uint8_t value : values) counts.at(value) += 1;
    const double mean = static_cast<double>(values.size()) / bound;
    double chi_square = 0;
    for (const double count : counts) chi_square += (count - mean) * (count - mean) / mean;
    EXPECT_LT(chi_square, bound - 1 + 5 * std::sqrt(2.0 * (bound - 1))) << bound;
    if (bound > 16) continue;
    // Neighbours are independent.
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) pairs[values[i] * bound + values[i + 1]] += 1;
    const double pair_mean = static_cast<double>(values.size() / 2) / (bound * bound);
    chi_square = 0;
    for (const double count : pairs) chi_square += (count - pair_mean) * (count - pair_mean) / pair_mean;
    EXPECT_LT(chi_square, bound * bound - 1 + 5 * std::sqrt(2.0 * (bound * bound - 1))) << bound;
  }
}

TEST(SmallIntegers, OfNumpyAreItsSingleDraws) {
  NumpyLegacySource one(3);
  NumpyLegacySource many(3);
  for (const std::uint32_t bound : {1U, 2U, 6U, 256U}) {
    std::vector<std::uint8_t> values(1000);
    fill_integers(many, bound, values);
    for (const std::uint8_t value : values) ASSERT_EQ(value, one.integer(bound));
  }
}

TEST(SmallIntegers, ABoundOfOneDrawsNothing) {
  PhiloxSource drawn = source();
  std::vector<std::uint8_t> values(100, 7);
  fill_integers(drawn, 1, values);
  EXPECT_EQ(std::count(values.begin(), values.end(), 0), 100);
  fill_integers(drawn, 5, {});
  EXPECT_EQ(drawn.uniform(), source().uniform());
}

TEST(SmallIntegers, RefuseABoundThatIsNotSmall) {
  PhiloxSource random = source();
  std::vector<std::uint8_t> values(1);
  EXPECT_THROW(fill_integers(random, 0, values), InternalError);
  EXPECT_THROW(fill_integers(random, 257, values), InternalError);
}

}  // namespace
}  // namespace vitrobust
