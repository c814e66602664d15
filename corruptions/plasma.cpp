#include "corruptions/plasma.h"

#include <algorithm>
#include <array>

#include "core/vectorize.h"

namespace vitrobust::corruptions {
namespace {

constexpr std::size_t kLanes = 8;

/// Turns uniforms on [0, 1) into the mean of four neighbours plus noise, in numpy's order of additions.
VITROBUST_VECTORIZE
void add_means(const double* a, const double* b, const double* c, const double* d, double wibble,
               std::size_t count, double* __restrict noise) {
  const double width = wibble - -wibble;
  for (std::size_t i = 0; i < count; ++i)
    noise[i] = ((a[i] + b[i]) + (c[i] + d[i])) / 4 + wibble * (-wibble + width * noise[i]);
}

VITROBUST_VECTORIZE
void interleave(const double* __restrict even, const double* __restrict odd, std::size_t pairs,
                double* __restrict out) {
  for (std::size_t i = 0; i < pairs; ++i) {
    out[2 * i] = even[i];
    out[2 * i + 1] = odd[i];
  }
}

/// Widens [lowest, highest] to hold the values: lane by lane, as one running minimum would wait for itself.
VITROBUST_VECTORIZE
void widen(const double* values, std::size_t count, double& lowest, double& highest) {
  std::array<double, kLanes> low;
  std::array<double, kLanes> high;
  low.fill(lowest);
  high.fill(highest);
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = values[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  lowest = *std::min_element(low.begin(), low.end());
  highest = *std::max_element(high.begin(), high.end());
}

}  // namespace

Plasma::Plasma(int size, double decay, RandomSource& random) {
  const auto points = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) - 1;
  points_ = std::make_unique_for_overwrite<double[]>(points);
  random.fill_uniform({points_.get(), points});
  corners_ = std::make_unique<double[]>(1);
  centres_ = points_.get();
  for (double wibble = 100;; wibble /= decay) {
    fill_level(wibble);
    const std::size_t side = 2 * cells_;
    if (side == static_cast<std::size_t>(size)) break;
    auto finer = std::make_unique_for_overwrite<double[]>(side * side);
    for (std::size_t y = 0; y < side; ++y) row(static_cast<int>(y), {finer.get() + y * side, side});
    corners_ = std::move(finer);
    centres_ += 3 * cells_ * cells_;
    cells_ = side;
  }
  widen(corners_.get(), cells_ * cells_, lowest_, highest_);
  widen(centres_, 3 * cells_ * cells_, lowest_, highest_);
}

void Plasma::fill_level(double wibble) {
  const std::size_t n = cells_;
  const std::size_t last = n - 1;
  tops_ = centres_ + n * n;
  lefts_ = tops_ + n * n;
  // A row at a time; the column whose neighbour lies beyond the edge of the torus on its own.
  for (std::size_t y = 0; y < n; ++y) {
    const double* here = corners_.get() + y * n;
    const double* below = corners_.get() + (y + 1) % n * n;
    double* out = centres_ + y * n;
    add_means(here, below, here + 1, below + 1, wibble, last, out);
    add_means(here + last, below + last, here, below, wibble, 1, out + last);
  }
  for (std::size_t y = 0; y < n; ++y) {
    const double* here = corners_.get() + y * n;
    const double* below = corners_.get() + (y + 1) % n * n;
    const double* centre = centres_ + y * n;
    const double* above = centres_ + (y + last) % n * n;
    double* top = tops_ + y * n;
    add_means(centre, above, here, here + 1, wibble, last, top);
    add_means(centre + last, above + last, here + last, here, wibble, 1, top + last);
    double* left = lefts_ + y * n;
    add_means(centre, centre + last, here, below, wibble, 1, left);
    add_means(centre + 1, centre, here + 1, below + 1, wibble, last, left + 1);
  }
}

void Plasma::row(int y, std::span<double> out) const {
  const auto start = static_cast<std::size_t>(y / 2) * cells_;
  const double* even = (y % 2 == 0 ? corners_.get() : lefts_) + start;
  const double* odd = (y % 2 == 0 ? tops_ : centres_) + start;
  interleave(even, odd, out.size() / 2, out.data());
  if (out.size() % 2 != 0) out.back() = even[out.size() / 2];
}

}  // namespace vitrobust::corruptions
