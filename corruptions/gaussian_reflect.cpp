#include "corruptions/gaussian_reflect.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "corruptions/gaussian_kernel.h"
#include "corruptions/vectorize.h"

namespace vitrobust::corruptions {
namespace {

constexpr double kTruncate = 3;

/// Where position i, up to n beyond either end, lies in the mirrored line.
std::size_t mirrored(std::ptrdiff_t i, std::ptrdiff_t n) {
  if (i < 0) i = -i - 1;
  return static_cast<std::size_t>(i < n ? i : 2 * n - 1 - i);
}

/// out[i] = Σ_k weights[k] (lines[r-k][i] + lines[r+k][i]), from the outermost pair inwards, r the radius.
VITROBUST_VECTORIZE
void add_taps(const double* const* lines, const double* weights, std::size_t radius, std::size_t count,
              double* __restrict out) {
  constexpr std::size_t kBlock = 16;  // sums that stay in registers
  std::size_t start = 0;
  for (; start + kBlock <= count; start += kBlock) {
    double sums[kBlock];
    for (std::size_t i = 0; i < kBlock; ++i) sums[i] = lines[radius][start + i] * weights[0];
    for (std::size_t k = radius; k > 0; --k) {
      const double* before = lines[radius - k] + start;
      const double* after = lines[radius + k] + start;
      for (std::size_t i = 0; i < kBlock; ++i) sums[i] += (before[i] + after[i]) * weights[k];
    }
    for (std::size_t i = 0; i < kBlock; ++i) out[start + i] = sums[i];
  }
  for (; start < count; ++start) {
    double sum = lines[radius][start] * weights[0];
    for (std::size_t k = radius; k > 0; --k)
      sum += (lines[radius - k][start] + lines[radius + k][start]) * weights[k];
    out[start] = sum;
  }
}

void filter_columns(const double* field, std::size_t rows, std::size_t columns,
                    const std::vector<double>& weights, double* out) {
  const auto radius = static_cast<std::ptrdiff_t>(weights.size() - 1);
  std::vector<const double*> lines(2 * weights.size() - 1);
  for (std::size_t y = 0; y < rows; ++y) {
    for (std::ptrdiff_t k = -radius; k <= radius; ++k)
      lines[static_cast<std::size_t>(k + radius)] =
          field + mirrored(static_cast<std::ptrdiff_t>(y) + k, static_cast<std::ptrdiff_t>(rows)) * columns;
    add_taps(lines.data(), weights.data(), weights.size() - 1, columns, out + y * columns);
  }
}

void filter_rows(const double* field, std::size_t rows, std::size_t columns,
                 const std::vector<double>& weights, double* out) {
  const std::size_t radius = weights.size() - 1;
  // The taps read the padded row itself, shifted.
  std::vector<double> padded(columns + 2 * radius);
  std::vector<const double*> lines(2 * radius + 1);
  for (std::size_t k = 0; k < lines.size(); ++k) lines[k] = padded.data() + k;
  for (std::size_t y = 0; y < rows; ++y) {
    const double* row = field + y * columns;
    std::copy_n(row, columns, padded.data() + radius);
    for (std::size_t i = 0; i < radius; ++i) {
      padded[radius - 1 - i] = row[i];
      padded[radius + columns + i] = row[columns - 1 - i];
    }
    add_taps(lines.data(), weights.data(), radius, columns, out + y * columns);
  }
}

constexpr std::size_t kTileRows = 4;
constexpr std::size_t kTileColumns = 8;

std::size_t padded_to(std::size_t tile, std::size_t n) {
  return (n + tile - 1) / tile * tile;
}

/// out = a b, a of m x k, b of k x n; m a multiple of kTileRows, n of kTileColumns.
VITROBUST_VECTORIZE
void multiply(const double* a, const double* b, std::size_t m, std::size_t k, std::size_t n,
              double* __restrict out) {
  for (std::size_t y = 0; y < m; y += kTileRows) {
    for (std::size_t x = 0; x < n; x += kTileColumns) {
      double sums[kTileRows][kTileColumns] = {};
      for (std::size_t i = 0; i < k; ++i) {
        const double* right = b + i * n + x;
        for (std::size_t row = 0; row < kTileRows; ++row) {
          const double left = a[(y + row) * k + i];
          for (std::size_t column = 0; column < kTileColumns; ++column)
            sums[row][column] += left * right[column];
        }
      }
      for (std::size_t row = 0; row < kTileRows; ++row)
        std::copy_n(sums[row], kTileColumns, out + (y + row) * n + x);
    }
  }
}

/// The weight with which output i reads input j: that of every tap that lands on j after mirroring. A
/// mirrored line of n values repeats after 2n, so the taps are added up modulo 2n first.
class FoldedKernel {
 public:
  FoldedKernel(const std::vector<double>& weights, std::size_t side) : period_(2 * side), taps_(period_) {
    taps_[0] = weights[0];
    for (std::size_t k = 1; k < weights.size(); ++k) {
      taps_[k % period_] += weights[k];
      taps_[(period_ - k % period_) % period_] += weights[k];
    }
  }

  [[nodiscard]] double operator()(std::size_t i, std::size_t j) const {
    return taps_[(i + period_ - j) % period_] + taps_[(i + j + 1) % period_];
  }

 private:
  std::size_t period_;
  std::vector<double> taps_;
};

/// The kernel treats both ends alike, so the part of a column that is even about its middle and the part that
/// is odd stay apart, and each takes a matrix of half the side.
void filter_columns_folded(std::vector<double>& field, std::size_t rows, std::size_t columns,
                           const std::vector<double>& weights) {
  const FoldedKernel kernel(weights, rows);
  const std::size_t half = (rows + 1) / 2;
  const std::size_t width = padded_to(kTileColumns, columns);
  const std::size_t height = padded_to(kTileRows, half);
  std::vector<double> matrix(height * half);
  std::vector<double> part(half * width);
  std::array<std::vector<double>, 2> filtered;
  for (std::size_t odd = 0; odd < 2; ++odd) {
    const double sign = odd == 0 ? 1 : -1;
    for (std::size_t i = 0; i < half; ++i) {
      // The middle of an odd number of rows is its own mirror image: read once, though both ends read it.
      const std::size_t other = rows - 1 - i;
      const double share = i == other && odd == 0 ? 0.5 : 1;
      for (std::size_t x = 0; x < columns; ++x)
        part[i * width + x] = share * (field[i * columns + x] + sign * field[other * columns + x]);
      for (std::size_t j = 0; j < half; ++j)
        matrix[i * half + j] = 0.5 * (kernel(i, j) + sign * kernel(i, rows - 1 - j));
    }
    filtered[odd].resize(height * width);
    multiply(matrix.data(), part.data(), height, half, width, filtered[odd].data());
  }
  for (std::size_t i = 0; i < half; ++i) {
    for (std::size_t x = 0; x < columns; ++x) {
      const double even = filtered[0][i * width + x];
      const double odd = filtered[1][i * width + x];
      field[i * columns + x] = even + odd;
      field[(rows - 1 - i) * columns + x] = even - odd;
    }
  }
}

std::vector<double> transposed(const std::vector<double>& field, std::size_t rows, std::size_t columns) {
  constexpr std::size_t kTile = 16;
  std::vector<double> result(field.size());
  for (std::size_t top = 0; top < rows; top += kTile)
    for (std::size_t x = 0; x < columns; ++x)
      for (std::size_t y = top; y < std::min(top + kTile, rows); ++y)
        result[x * rows + y] = field[y * columns + x];
  return result;
}

}  // namespace

void gaussian_filter_reflect(std::span<double> field, int rows, int columns, double sigma_y, double sigma_x) {
  const auto height = static_cast<std::size_t>(rows);
  const auto width = static_cast<std::size_t>(columns);
  const std::vector<double> weights_y = half_kernel(sigma_y, kTruncate);
  const std::vector<double> weights_x = half_kernel(sigma_x, kTruncate);
  std::vector<double> between(field.size());
  if (weights_y.size() <= height) {
    filter_columns(field.data(), height, width, weights_y, between.data());
  } else {
    std::copy(field.begin(), field.end(), between.begin());
    filter_columns_folded(between, height, width, weights_y);
  }
  if (weights_x.size() <= width) {
    filter_rows(between.data(), height, width, weights_x, field.data());
  } else {
    std::vector<double> turned = transposed(between, height, width);
    filter_columns_folded(turned, width, height, weights_x);
    const std::vector<double> back = transposed(turned, width, height);
    std::copy(back.begin(), back.end(), field.begin());
  }
}

}  // namespace vitrobust::corruptions
