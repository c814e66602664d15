#include "corruptions/gaussian_filter.h"

#include <algorithm>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/gaussian_kernel.h"
#include "corruptions/lanes.h"
#include "corruptions/pixels.h"

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

/// The same for two outputs, `second` from lines[1] on, which reads every line once where filter_line() twice
/// would read it twice: reading is what takes the time.
VITROBUST_VECTORIZE
void filter_two_lines(double* first, double* second, std::size_t size, const double* const* lines,
                      const double* weights, std::size_t radius) {
  // Of GCC's vector type, as arrays would not stay in registers from one round to the next.
  using Values [[gnu::vector_size(64), gnu::aligned(8), gnu::may_alias]] = double;
  constexpr std::size_t kLength = sizeof(Values) / sizeof(double);
  const auto values_at = [](const double* values) -> const Values& {
    return *reinterpret_cast<const Values*>(values);
  };
  std::size_t i = 0;
  for (; i + kLength <= size; i += kLength) {
    Values sum = values_at(lines[radius] + i) * weights[0];
    Values next_sum = values_at(lines[radius + 1] + i) * weights[0];
    Values before = values_at(lines[0] + i);
    Values next_after = values_at(lines[2 * radius + 1] + i);
    for (std::size_t k = radius; k > 0; --k) {
      const Values next_before = values_at(lines[radius - k + 1] + i);
      const Values after = values_at(lines[radius + k] + i);
      sum += (before + after) * weights[k];
      next_sum += (next_before + next_after) * weights[k];
      before = next_before;
      next_after = after;
    }
    *reinterpret_cast<Values*>(first + i) = sum;
    *reinterpret_cast<Values*>(second + i) = next_sum;
  }
  if (i == size) return;
  std::vector<const double*> rest(lines, lines + 2 * radius + 2);
  for (const double*& line : rest) line += i;
  filter_line(first + i, size - i, rest.data(), weights, radius);
  filter_line(second + i, size - i, rest.data() + 1, weights, radius);
}

/// Of means of units: none is below 0, nor so far above 1 that its level would be above 255.
VITROBUST_VECTORIZE
void to_bytes(const double* units, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<int>(units[i] * 255.0));
}

VITROBUST_VECTORIZE
void to_units(const std::uint8_t* bytes, std::size_t size, double* out) {
  for (std::size_t i = 0; i < size; ++i) out[i] = unit_of(bytes[i]);
}

/// Rows that each begin on a line of the cache: a vector that reaches over two lines is read in twice the
/// time.
class AlignedRows {
 public:
  /// Values on a line.
  static constexpr std::size_t kLine = 8;

  AlignedRows(std::size_t rows, std::size_t values)
      : stride_((values + kLine - 1) / kLine), lines_(rows * stride_) {}

  double* row(std::size_t y) { return lines_[y * stride_].values; }

 private:
  struct alignas(64) Line {
    double values[kLine];
  };
  std::size_t stride_;
  std::vector<Line> lines_;
};

/// Filters two rows at a time: `load(y, row)` fills a row of the source, which may overwrite it from
/// `store(y, row)` on. Only the rows that the taps span are held, so that they stay in the cache.
template <typename Load, typename Store>
void filter_rows(int rows, int columns, int channels, double sigma, Load load, Store store) {
  const std::vector<double> weights = half_kernel(sigma, kTruncate);
  const std::size_t radius = weights.size() - 1;
  const auto pixel = static_cast<std::size_t>(channels);
  const std::size_t line = static_cast<std::size_t>(columns) * pixel;
  const std::size_t taps = 2 * radius + 1;
  const auto last = static_cast<std::ptrdiff_t>(rows) - 1;
  const auto reach = static_cast<std::ptrdiff_t>(radius);

  AlignedRows held(taps + 1, line);
  const auto held_row = [&](std::ptrdiff_t y) { return held.row(static_cast<std::size_t>(y) % (taps + 1)); };
  // Along a row the taps read the row itself, shifted, with its border pixels repeated on both sides.
  const std::size_t side = radius * pixel;
  const std::size_t aligned_side = (side + AlignedRows::kLine - 1) / AlignedRows::kLine * AlignedRows::kLine;
  AlignedRows padded(2, aligned_side + line + side);
  AlignedRows filtered(1, line);
  std::vector<const double*> vertical(taps + 1);
  std::vector<const double*> horizontal(taps);

  std::ptrdiff_t loaded = 0;
  for (std::ptrdiff_t y = 0; y <= last; y += 2) {
    for (; loaded <= std::min(y + 1 + reach, last); ++loaded) load(loaded, held_row(loaded));
    for (std::size_t k = 0; k <= taps; ++k)
      vertical[k] = held_row(std::clamp<std::ptrdiff_t>(y + static_cast<std::ptrdiff_t>(k) - reach, 0, last));
    double* const middle[] = {padded.row(0) + aligned_side, padded.row(1) + aligned_side};
    // Below the last of an odd number of rows comes one that nobody asks for.
    filter_two_lines(middle[0], middle[1], line, vertical.data(), weights.data(), radius);
    for (std::ptrdiff_t m = 0; m <= std::min<std::ptrdiff_t>(1, last - y); ++m) {
      double* const first = middle[m] - side;
      for (std::size_t i = 0; i < side; ++i) {
        first[i] = middle[m][i % pixel];
        middle[m][line + i] = middle[m][line - pixel + i % pixel];
      }
      for (std::size_t k = 0; k < taps; ++k) horizontal[k] = first + k * pixel;
      filter_line(filtered.row(0), line, horizontal.data(), weights.data(), radius);
      store(y + m, filtered.row(0));
    }
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
