#include "corruptions/gaussian_reflect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace vitrobust::corruptions {
namespace {

/// The definition: every tap reads the mirrored line, and a Gaussian of radius int(3 sigma + 0.5) is
/// normalised.
std::vector<double> by_definition(const std::vector<double>& line, double sigma) {
  const int n = static_cast<int>(line.size());
  const int radius = static_cast<int>(3 * sigma + 0.5);
  std::vector<double> result(line.size());
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    double weights = 0;
    for (int k = -radius; k <= radius; ++k) {
      const double weight = radius == 0 ? 1 : std::exp(-k * k / (2 * sigma * sigma));
      const int at = ((i + k) % (2 * n) + 2 * n) % (2 * n);
      sum += weight * line[static_cast<std::size_t>(at < n ? at : 2 * n - 1 - at)];
      weights += weight;
    }
    result[static_cast<std::size_t>(i)] = sum / weights;
  }
  return result;
}

std::vector<double> some_line(int n) {
  std::vector<double> line(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) line[static_cast<std::size_t>(i)] = std::sin(7.3 * i * i + 1);
  return line;
}

TEST(ReflectingGaussian, FiltersALineOfAnyLengthByAnySigma) {
  // From no taps through a few to many times the line, which is folded.
  for (const int n : {1, 2, 3, 4, 5, 8, 13, 32, 33}) {
    for (const double sigma : {0.0, 0.1, 0.5, 1.0, 2.44, 4.0, 10.7, 11.0, 40.0, 170.8}) {
      const std::vector<double> line = some_line(n);
      const std::vector<double> expected = by_definition(line, sigma);
      std::vector<double> scratch(line.size());
      std::vector<double> across = line;
      ReflectingGaussian(1, n, 0, sigma).apply(across, scratch);
      std::vector<double> down = line;
      ReflectingGaussian(n, 1, sigma, 0).apply(down, scratch);
      for (std::size_t i = 0; i < line.size(); ++i) {
        EXPECT_NEAR(across[i], expected[i], 1e-14) << n << " values, sigma " << sigma;
        EXPECT_NEAR(down[i], expected[i], 1e-14) << n << " values, sigma " << sigma;
      }
    }
  }
}

TEST(ReflectingGaussian, FiltersBothAxes) {
  // The product of a column and a row stays one.
  for (const double sigma : {2.0, 50.0}) {
    const std::vector<double> column = some_line(11);
    const std::vector<double> row = some_line(18);
    std::vector<double> field;
    for (const double y : column)
      for (const double x : row) field.push_back(y * x);
    std::vector<double> scratch(field.size());
    ReflectingGaussian(11, 18, sigma, 3).apply(field, scratch);
    const std::vector<double> smooth_column = by_definition(column, sigma);
    const std::vector<double> smooth_row = by_definition(row, 3);
    for (std::size_t i = 0; i < field.size(); ++i)
      EXPECT_NEAR(field[i], smooth_column[i / 18] * smooth_row[i % 18], 1e-14);
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
