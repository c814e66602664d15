// AS 241 against Boost.Math's quantiles in extended precision.
#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <vector>

#include "core/random.h"

namespace vitrobust {
namespace {

/// The algorithm promises about 1e-16, the rounding of its own arithmetic comes on top.
constexpr double kTolerance = 1e-15;

void expect_quantile(double p) {
  const boost::math::normal_distribution<long double> normal;
  // Above one half through the complement, which is exact there.
  const long double expected =
      p <= 0.5 ? boost::math::quantile(normal, static_cast<long double>(p))
               : boost::math::quantile(boost::math::complement(normal, 1 - static_cast<long double>(p)));
  const auto error = std::abs((static_cast<long double>(normal_quantile(p)) - expected) / expected);
  EXPECT_LE(error, kTolerance) << std::hexfloat << p;
}

TEST(NormalQuantile, AgreesWithBoostInTheMiddle) {
  for (int i = 1; i < 20000; ++i)
    if (i != 10000) expect_quantile(i / 20000.0);
}

TEST(NormalQuantile, AgreesWithBoostInBothTails) {
  for (double p = 0.07; p > 1e-300; p *= 0.93) expect_quantile(p);
  for (double p = 0.07; p > 0x1p-53; p *= 0.93) expect_quantile(1 - p);
  expect_quantile(0x1p-53);      // the smallest that a draw can ask for
  expect_quantile(1 - 0x1p-53);  // and the largest
}

TEST(NormalQuantile, AgreesWithBoostNearOneHalf) {
  for (double q = 0.4; q > 1e-15; q *= 0.7) {
    expect_quantile(0.5 + q);
    expect_quantile(0.5 - q);
  }
  EXPECT_EQ(normal_quantile(0.5), 0);
}

TEST(NormalQuantile, AgreesWithBoostAtTheSeams) {
  // |p - 1/2| = 0.425 and sqrt(-log p) = 5.
  for (const double seam : {0.075, 0.925, std::exp(-25.0)}) {
    for (const double p :
         {seam, std::nextafter(seam, 0), std::nextafter(seam, 1), seam * 0.999, seam * 1.001})
      expect_quantile(p);
  }
}

TEST(NormalQuantile, IsOddAboutOneHalf) {
  for (int k = 1; k < 512; ++k) EXPECT_EQ(normal_quantile(k / 1024.0), -normal_quantile(1 - k / 1024.0));
}

TEST(NormalQuantiles, EqualSingleOnesBitForBit) {
  std::vector<double> values;
  for (int i = 1; i < 3000; ++i) values.push_back(i / 3000.0);
  values.insert(values.end(), {0x1p-53, 1 - 0x1p-53, 0.075, 0.925, 1e-300});
  std::vector<double> expected;
  for (const double p : values) expected.push_back(normal_quantile(p));
  normal_quantiles(values);
  EXPECT_EQ(values, expected);
}

}  // namespace
}  // namespace vitrobust
