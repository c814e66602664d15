#include "corruptions/gaussian_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace vitrobust::corruptions {
namespace {

TEST(GaussianFilter, AnImpulseBecomesTheKernel) {
  constexpr int kSize = 41;
  constexpr double kSigma = 1.7;
  std::vector<double> field(kSize * kSize);
  field[20 * kSize + 20] = 1;
  gaussian_filter(field, kSize, kSize, 1, kSigma);
  constexpr int kRadius = 7;  // int(4 · 1.7 + 0.5)
  double norm = 0;
  for (int k = -kRadius; k <= kRadius; ++k) norm += std::exp(-k * k / (2 * kSigma * kSigma));
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) {
      const int dy = y - 20;
      const int dx = x - 20;
      const bool inside = std::abs(dy) <= kRadius && std::abs(dx) <= kRadius;
      const double expected =
          inside ? std::exp(-(dy * dy + dx * dx) / (2 * kSigma * kSigma)) / (norm * norm) : 0;
      EXPECT_NEAR(field[static_cast<std::size_t>(y * kSize + x)], expected, 1e-16);
    }
  }
}

TEST(GaussianFilter, RepeatsTheBorder) {
  // A step at the left edge of a single row: the pixel outside has the value of the first one.
  std::vector<double> field = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  gaussian_filter(field, 1, 10, 1, 1);
  double norm = 0;
  double covered = 0;  // taps at offsets -4 … 0 all read the 1
  for (int k = -4; k <= 4; ++k) norm += std::exp(-k * k / 2.0);
  for (int k = -4; k <= 0; ++k) covered += std::exp(-k * k / 2.0);
  EXPECT_NEAR(field[0], covered / norm, 1e-15);
}

TEST(GaussianFilter, KeepsChannelsApart) {
  std::vector<double> field(std::size_t{9} * 9 * 3);
  for (std::size_t i = 1; i < field.size(); i += 3) field[i] = 0.5;
  gaussian_filter(field, 9, 9, 3, 2);
  for (std::size_t i = 0; i < field.size(); ++i) EXPECT_NEAR(field[i], i % 3 == 1 ? 0.5 : 0, 1e-15);
}

TEST(GaussianFilter, ARadiusOfZeroChangesNothing) {
  std::vector<double> field(30);
  std::iota(field.begin(), field.end(), 0.0);
  const std::vector<double> before = field;
  gaussian_filter(field, 5, 6, 1, 0.1);
  EXPECT_EQ(field, before);
}

}  // namespace
}  // namespace vitrobust::corruptions
