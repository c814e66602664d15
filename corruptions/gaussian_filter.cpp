#include "corruptions/gaussian_filter.h"

#include <algorithm>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/gaussian_kernel.h"
#include "corruptions/lanes.h"

namespace vitrobust::corruptions {
namespace {

/// Standard deviations after which scikit-image cuts the kernel off.
constexpr double kTruncate = 4;

/// out[i] = Σ_k weights[k] (lines[radius - k][i] + lines[radius + k][i]), in scipy's order.
VITROBUST_VECTORIZE
void filter_line(double* out, std::size_t size, const double* const* lines, const double* weights,
                 std::size_t radius) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    double sums[kLanes];
    const double* centre = lines[radius] + i;
    for (std::size_t j = 0; j < kLanes; ++j) sums[j] = centre[j] * weights[0];
    for (std::size_t k = radius; k > 0; --k) {
      const double* before = lines[radius - k] + i;
      const double* after = lines[radius + k] + i;
      const double weight = weights[k];
      pin(before);
      for (std::size_t j = 0; j < kLanes; ++j) sums[j] += (before[j] + after[j]) * weight;
    }
    for (std::size_t j = 0; j < kLanes; ++j) out[i + j] = sums[j];
  }
  for (; i < size; ++i) {
    double sum = lines[radius][i] * weights[0];
    for (std::size_t k = radius; k > 0; --k)
      sum += (lines[radius - k][i] + lines[radius + k][i]) * weights[k];
    out[i] = sum;
  }
}

VITROBUST_VECTORIZE
void to_bytes(const double* units, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i) {
    const double clipped = units[i] < 0.0 ? 0.0 : units[i] > 1.0 ? 1.0 : units[i];
    out[i] = static_cast<std::uint8_t>(static_cast<int>(clipped * 255.0));
  }
}

VITROBUST_VECTORIZE
void to_units(const std::uint8_t* bytes, std::size_t size, double* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<double>(bytes[i]) / 255.0;
}

/// Filters row by row: `load(y, row)` fills a row of the source, which may overwrite it from `store(y, row)`
/// on. Only the rows that the taps span are held, so that they stay in the cache.
template <typename Load, typename Store>
void filter_rows(int rows, int columns, int channels, double sigma, Load load, Store store) {
  const std::vector<double> weights = half_kernel(sigma, kTruncate);
  const std::size_t radius = weights.size() - 1;
  const auto pixel = static_cast<std::size_t>(channels);
  const std::size_t line = static_cast<std::size_t>(columns) * pixel;
  const std::size_t taps = 2 * radius + 1;
  const auto last = static_cast<std::ptrdiff_t>(rows) - 1;
  const auto reach = static_cast<std::ptrdiff_t>(radius);

  std::vector<double> held(taps * line);
  const auto held_row = [&](std::ptrdiff_t y) {
    return held.data() + static_cast<std::size_t>(y) % taps * line;
  };
  // Along a row the taps read the row itself, shifted, with its border pixels repeated on both sides.
  std::vector<double> padded(line + 2 * radius * pixel);
  double* const middle = padded.data() + radius * pixel;
  std::vector<double> filtered(line);
  std::vector<const double*> vertical(taps);
  std::vector<const double*> horizontal(taps);
  for (std::size_t k = 0; k < taps; ++k) horizontal[k] = padded.data() + k * pixel;

  std::ptrdiff_t loaded = 0;
  for (std::ptrdiff_t y = 0; y <= last; ++y) {
    for (; loaded <= std::min(y + reach, last); ++loaded) load(loaded, held_row(loaded));
    for (std::size_t k = 0; k < taps; ++k)
      vertical[k] = held_row(std::clamp<std::ptrdiff_t>(y + static_cast<std::ptrdiff_t>(k) - reach, 0, last));
    filter_line(middle, line, vertical.data(), weights.data(), radius);
    for (std::size_t i = 0; i < radius * pixel; ++i) {
      padded[i] = middle[i % pixel];
      middle[line + i] = middle[line - pixel + i % pixel];
    }
    filter_line(filtered.data(), line, horizontal.data(), weights.data(), radius);
    store(y, filtered.data());
  }
}

}  // namespace

void gaussian_filter(std::span<double> field, int rows, int columns, int channels, double sigma) {
  const std::ptrdiff_t line = static_cast<std::ptrdiff_t>(columns) * channels;
  filter_rows(
      rows, columns, channels, sigma,
      [&](std::ptrdiff_t y, double* row) { std::copy_n(field.begin() + y * line, line, row); },
      [&](std::ptrdiff_t y, const double* row) { std::copy_n(row, line, field.begin() + y * line); });
}

data::Image gaussian_blurred(const data::Image& image, double sigma) {
  data::Image result(image.height, image.width);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  filter_rows(
      image.height, image.width, 3, sigma,
      [&](std::ptrdiff_t y, double* row) {
        to_units(image.pixels.data() + static_cast<std::size_t>(y) * line, line, row);
      },
      [&](std::ptrdiff_t y, const double* row) {
        to_bytes(row, line, result.pixels.data() + static_cast<std::size_t>(y) * line);
      });
  return result;
}

}  // namespace vitrobust::corruptions
