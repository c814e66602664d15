#include "corruptions/gaussian_reflect.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/vectorize.h"
#include "corruptions/gaussian_kernel.h"

namespace vitrobust::corruptions {
namespace {

constexpr double kTruncate = 3;

/// Where position i, up to n beyond either end, lies in the mirrored line.
std::size_t mirrored(std::ptrdiff_t i, std::ptrdiff_t n) {
  if (i < 0) i = -i - 1;
  return static_cast<std::size_t>(i < n ? i : 2 * n - 1 - i);
}

/// out[i] = Σ_k weights[k] (lines[r-k][i] + lines[r+k][i]), from the outermost pair inwards, r the radius.
/// Four pairs at a time, so that the sum is not written and read again for each.
VITROBUST_VECTORIZE
void add_taps(const double* const* lines, const double* weights, std::size_t radius, std::size_t count,
              double* __restrict out) {
  const double* centre = lines[radius];
  for (std::size_t i = 0; i < count; ++i) out[i] = centre[i] * weights[0];
  std::size_t k = radius;
  for (; k >= 4; k -= 4) {
    const double* const* before = lines + (radius - k);
    const double* const* after = lines + (radius + k);
    const double *b0 = before[0], *b1 = before[1], *b2 = before[2], *b3 = before[3];
    const double *a0 = after[0], *a1 = after[-1], *a2 = after[-2], *a3 = after[-3];
    const double w0 = weights[k], w1 = weights[k - 1], w2 = weights[k - 2], w3 = weights[k - 3];
    for (std::size_t i = 0; i < count; ++i)
      out[i] =
          out[i] + (b0[i] + a0[i]) * w0 + (b1[i] + a1[i]) * w1 + (b2[i] + a2[i]) * w2 + (b3[i] + a3[i]) * w3;
  }
  for (; k > 0; --k) {
    const double* before = lines[radius - k];
    const double* after = lines[radius + k];
    const double weight = weights[k];
    for (std::size_t i = 0; i < count; ++i) out[i] += (before[i] + after[i]) * weight;
  }
}

/// out = a b, a of m x k, b of k x n, all row-major. Two rows and four terms at a time, so that little is
/// written and read again.
VITROBUST_VECTORIZE
void multiply(const double* a, const double* b, std::size_t m, std::size_t k, std::size_t n,
              double* __restrict out) {
  std::fill_n(out, m * n, 0.0);
  std::size_t y = 0;
  for (; y + 2 <= m; y += 2) {
    const double* upper = a + y * k;
    const double* lower = upper + k;
    double* __restrict upper_out = out + y * n;
    double* __restrict lower_out = upper_out + n;
    std::size_t i = 0;
    for (; i + 4 <= k; i += 4) {
      const double *r0 = b + i * n, *r1 = r0 + n, *r2 = r1 + n, *r3 = r2 + n;
      const double u0 = upper[i], u1 = upper[i + 1], u2 = upper[i + 2], u3 = upper[i + 3];
      const double l0 = lower[i], l1 = lower[i + 1], l2 = lower[i + 2], l3 = lower[i + 3];
      for (std::size_t x = 0; x < n; ++x) {
        upper_out[x] += u0 * r0[x] + u1 * r1[x] + (u2 * r2[x] + u3 * r3[x]);
        lower_out[x] += l0 * r0[x] + l1 * r1[x] + (l2 * r2[x] + l3 * r3[x]);
      }
    }
    for (; i < k; ++i) {
      const double* row = b + i * n;
      for (std::size_t x = 0; x < n; ++x) {
        upper_out[x] += upper[i] * row[x];
        lower_out[x] += lower[i] * row[x];
      }
    }
  }
  for (; y < m; ++y)
    for (std::size_t i = 0; i < k; ++i)
      for (std::size_t x = 0; x < n; ++x) out[y * n + x] += a[y * k + i] * b[i * n + x];
}

void add_and_subtract(double* __restrict a, double* __restrict b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double sum = a[i] + b[i];
    b[i] = a[i] - b[i];
    a[i] = sum;
  }
}

void transpose(const double* from, std::size_t rows, std::size_t columns, double* to) {
  constexpr std::size_t kTile = 16;
  for (std::size_t top = 0; top < rows; top += kTile)
    for (std::size_t x = 0; x < columns; ++x)
      for (std::size_t y = top; y < std::min(top + kTile, rows); ++y)
        to[x * rows + y] = from[y * columns + x];
}

}  // namespace

/// A mirrored line of n values repeats after 2n, so the taps are first added up modulo 2n; then each output i
/// reads input j through the tap at their distance and through that at the distance of j's mirror image.
/// The kernel treats both ends alike, so the part of a line that is even about its middle and the part that
/// is odd stay apart, and each takes a matrix of half the side.
ReflectingGaussian::Axis::Axis(int length, double sigma)
    : side(static_cast<std::size_t>(length)), weights(half_kernel(sigma, kTruncate)) {
  if (weights.size() <= side) return;
  const std::size_t period = 2 * side;
  std::vector<double> taps(period);
  taps[0] = weights[0];
  for (std::size_t k = 1; k < weights.size(); ++k) {
    taps[k % period] += weights[k];
    taps[(period - k % period) % period] += weights[k];
  }
  const auto weight = [&](std::size_t i, std::size_t j) {
    return taps[i < j ? j - i : i - j] + taps[i + j + 1];
  };
  const std::size_t half = (side + 1) / 2;
  const std::size_t middle = side / 2;
  folded[0].resize(half * half);
  folded[1].resize(middle * middle);
  for (std::size_t i = 0; i < half; ++i)
    for (std::size_t j = 0; j < half; ++j)
      folded[0][i * half + j] = 0.5 * (weight(i, j) + weight(i, side - 1 - j));
  for (std::size_t i = 0; i < middle; ++i)
    for (std::size_t j = 0; j < middle; ++j)
      folded[1][i * middle + middle - 1 - j] = 0.5 * (weight(i, j) - weight(i, side - 1 - j));
}

ReflectingGaussian::ReflectingGaussian(int rows, int columns, double sigma_y, double sigma_x)
    : vertical_(rows, sigma_y), horizontal_(columns, sigma_x) {}

void ReflectingGaussian::apply(std::span<double> field, std::span<double> scratch) const {
  const std::size_t rows = vertical_.side;
  const std::size_t columns = horizontal_.side;
  std::span<double> now = field;
  std::span<double> other = scratch;
  if (vertical_.folded[0].empty()) {
    filter_columns(vertical_, now, other);
    std::swap(now, other);
  } else {
    filter_columns_folded(vertical_, now, other);
  }
  if (horizontal_.folded[0].empty()) {
    filter_rows(horizontal_, now, other);
    std::swap(now, other);
  } else {
    transpose(now.data(), rows, columns, other.data());
    filter_columns_folded(horizontal_, other, now);
    transpose(other.data(), columns, rows, now.data());
  }
  if (now.data() != field.data()) std::copy(now.begin(), now.end(), field.begin());
}

void ReflectingGaussian::filter_columns(const Axis& axis, std::span<const double> field,
                                        std::span<double> out) {
  const auto radius = static_cast<std::ptrdiff_t>(axis.weights.size() - 1);
  const auto rows = static_cast<std::ptrdiff_t>(axis.side);
  const std::size_t columns = field.size() / axis.side;
  std::vector<const double*> lines(2 * axis.weights.size() - 1);
  for (std::ptrdiff_t y = 0; y < rows; ++y) {
    for (std::ptrdiff_t k = -radius; k <= radius; ++k)
      lines[static_cast<std::size_t>(k + radius)] = field.data() + mirrored(y + k, rows) * columns;
    add_taps(lines.data(), axis.weights.data(), axis.weights.size() - 1, columns,
             out.data() + static_cast<std::size_t>(y) * columns);
  }
}

void ReflectingGaussian::filter_rows(const Axis& axis, std::span<const double> field, std::span<double> out) {
  const std::size_t radius = axis.weights.size() - 1;
  const std::size_t columns = axis.side;
  // The taps read the padded row itself, shifted.
  std::vector<double> padded(columns + 2 * radius);
  std::vector<const double*> lines(2 * radius + 1);
  for (std::size_t k = 0; k < lines.size(); ++k) lines[k] = padded.data() + k;
  for (std::size_t start = 0; start < field.size(); start += columns) {
    const std::span<const double> row = field.subspan(start, columns);
    std::copy(row.begin(), row.end(), padded.begin() + static_cast<std::ptrdiff_t>(radius));
    for (std::size_t i = 0; i < radius; ++i) {
      padded[radius - 1 - i] = row[i];
      padded[radius + columns + i] = row[columns - 1 - i];
    }
    add_taps(lines.data(), axis.weights.data(), radius, columns, out.data() + start);
  }
}

void ReflectingGaussian::filter_columns_folded(const Axis& axis, std::span<double> field,
                                               std::span<double> scratch) {
  const std::size_t columns = field.size() / axis.side;
  const std::size_t half = (axis.side + 1) / 2;
  const std::size_t middle = axis.side / 2;
  double* even = scratch.data();
  double* odd = even + half * columns;
  const auto row = [&](std::size_t y) { return field.data() + y * columns; };
  // The even part takes the place of the upper rows, the odd part, upside down, that of the lower ones. The
  // middle one of an odd number of rows is its own mirror image.
  for (std::size_t i = 0; i < middle; ++i) add_and_subtract(row(i), row(axis.side - 1 - i), columns);
  multiply(axis.folded[0].data(), row(0), half, half, columns, even);
  multiply(axis.folded[1].data(), row(half), middle, middle, columns, odd);
  std::copy_n(even, half * columns, row(0));
  for (std::size_t i = 0; i < middle; ++i) {
    std::copy_n(odd + i * columns, columns, row(axis.side - 1 - i));
    add_and_subtract(row(i), row(axis.side - 1 - i), columns);
  }
}

}  // namespace vitrobust::corruptions
