#include "corruptions/gaussian_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace vitrobust::corruptions {
namespace {

/// The sum in numpy's order: eight running sums for up to 128 terms, halves above.
double numpy_sum(std::span<const double> terms) {
  const std::size_t n = terms.size();
  if (n > 128) {
    const std::size_t half = n / 2 - n / 2 % 8;
    return numpy_sum(terms.first(half)) + numpy_sum(terms.subspan(half));
  }
  if (n < 8) return std::accumulate(terms.begin(), terms.end(), 0.0);
  std::array<double, 8> sums{};
  const std::size_t whole = n - n % 8;
  for (std::size_t i = 0; i < whole; ++i) sums[i % 8] += terms[i];
  const double left = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  const double right = (sums[4] + sums[5]) + (sums[6] + sums[7]);
  return std::accumulate(terms.begin() + static_cast<std::ptrdiff_t>(whole), terms.end(), left + right);
}

/// weights[k] belongs to the offsets +k and -k. Where an image is flat, the sum of the rounded weights
/// decides whether a value just reaches its level or is truncated to the one below, so every bit counts: the
/// exponential is rounded from extended precision, whatever the C library, and the sum is numpy's.
std::vector<double> half_kernel(double sigma) {
  const auto radius = static_cast<std::size_t>(4 * sigma + 0.5);
  std::vector<double> kernel(2 * radius + 1);
  for (std::size_t k = 0; k <= radius; ++k) {
    const double exponent = -0.5 / (sigma * sigma) * static_cast<double>(k * k);
    kernel[radius + k] = kernel[radius - k] =
        static_cast<double>(std::exp(static_cast<long double>(exponent)));
  }
  const double sum = numpy_sum(kernel);
  std::vector<double> weights(kernel.begin() + static_cast<std::ptrdiff_t>(radius), kernel.end());
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// out[i] = Σ_k weights[k] (before_k[i] + after_k[i]): one filtered line, `at(k)` and `at(-k)` being the
/// lines that the taps read.
template <typename LineAt>
void filter_line(std::span<double> out, const std::vector<double>& weights, LineAt at) {
  const double* centre = at(0);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = centre[i] * weights[0];
  for (std::size_t k = weights.size() - 1; k > 0; --k) {
    const double* before = at(-static_cast<std::ptrdiff_t>(k));
    const double* after = at(static_cast<std::ptrdiff_t>(k));
    const double weight = weights[k];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += (before[i] + after[i]) * weight;
  }
}

}  // namespace

void gaussian_filter(std::span<double> field, int rows, int columns, int channels, double sigma) {
  const std::vector<double> weights = half_kernel(sigma);
  const std::size_t radius = weights.size() - 1;
  const auto pixel = static_cast<std::size_t>(channels);
  const std::size_t line = static_cast<std::size_t>(columns) * pixel;

  const std::vector<double> source(field.begin(), field.end());
  const std::ptrdiff_t last = rows - 1;
  for (std::ptrdiff_t y = 0; y <= last; ++y) {
    const auto row = [&](std::ptrdiff_t dy) {
      return source.data() + static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(y + dy, 0, last)) * line;
    };
    filter_line(field.subspan(static_cast<std::size_t>(y) * line, line), weights, row);
  }

  // Along a row the taps read the row itself, shifted, with its border pixels repeated on both sides.
  std::vector<double> padded(line + 2 * radius * pixel);
  for (std::ptrdiff_t y = 0; y <= last; ++y) {
    const std::span<double> row = field.subspan(static_cast<std::size_t>(y) * line, line);
    for (std::size_t i = 0; i < radius * pixel; ++i) {
      padded[i] = row[i % pixel];
      padded[radius * pixel + line + i] = row[line - pixel + i % pixel];
    }
    std::copy(row.begin(), row.end(), padded.begin() + static_cast<std::ptrdiff_t>(radius * pixel));
    const double* middle = padded.data() + radius * pixel;
    filter_line(row, weights, [&](std::ptrdiff_t dx) { return middle + dx * channels; });
  }
}

}  // namespace vitrobust::corruptions
