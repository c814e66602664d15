#include "corruptions/motion.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <numeric>

#include "core/vectorize.h"
#include "corruptions/lanes.h"
#include "corruptions/numpy_sum.h"

namespace vitrobust::corruptions {
namespace {

/// out[i] = Σ_k weights[k] lines[k][i], in order.
VITROBUST_VECTORIZE
void weigh_lines(double* out, std::size_t size, const double* const* lines, const double* weights,
                 std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    double sums[kLanes] = {};
    for (std::size_t k = 0; k < count; ++k) {
      const double* line = lines[k] + i;
      const double weight = weights[k];
      pin(line);
      for (std::size_t j = 0; j < kLanes; ++j) sums[j] += line[j] * weight;
    }
    for (std::size_t j = 0; j < kLanes; ++j) out[i + j] = sums[j];
  }
  for (; i < size; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += lines[k][i] * weights[k];
    out[i] = sum;
  }
}

}  // namespace
std::vector<MotionTap> motion_taps(Flavour flavour, int radius, double sigma, double degrees, int height,
                                   int width) {
  const int count = 2 * radius + 1;
  std::vector<double> weights(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    // Rounded from extended precision, so that it does not depend on the C library.
    const auto falloff =
        static_cast<double>(std::exp(static_cast<long double>(-i * i / (2 * sigma * sigma))));
    weights[static_cast<std::size_t>(i)] = falloff / (std::sqrt(2 * std::numbers::pi) * sigma);
  }
  const bool numpy = flavour == Flavour::imagecorruptions;
  const double sum = numpy ? numpy_sum(weights) : std::accumulate(weights.begin(), weights.end(), 0.0);
  const double angle = numpy ? degrees * (std::numbers::pi / 180) : std::numbers::pi * degrees / 180;
  const double rise = count * std::sin(angle);
  const double run = count * std::cos(angle);
  const double length = std::hypot(rise, run);

  std::vector<MotionTap> taps;
  for (int i = 0; i < count; ++i) {
    const auto dy = static_cast<int>(std::ceil(i * rise / length - 0.5));
    const auto dx = static_cast<int>(std::ceil(i * run / length - 0.5));
    if (numpy && (std::abs(dy) >= height || std::abs(dx) >= width)) break;
    taps.push_back({.dy = dy, .dx = dx, .weight = weights[static_cast<std::size_t>(i)] / sum});
  }
  return taps;
}

void motion_filter(int rows, int columns, int channels, const std::vector<MotionTap>& taps,
                   const std::function<void(std::size_t, double*)>& load,
                   const std::function<void(std::size_t, const double*)>& store) {
  // The first tap is at (0, 0).
  const auto by_dy = std::minmax_element(taps.begin(), taps.end(),
                                         [](const MotionTap& a, const MotionTap& b) { return a.dy < b.dy; });
  const auto by_dx = std::minmax_element(taps.begin(), taps.end(),
                                         [](const MotionTap& a, const MotionTap& b) { return a.dx < b.dx; });
  const int up = -by_dy.first->dy;
  const int down = by_dy.second->dy;
  const auto pixel = static_cast<std::size_t>(channels);
  const std::size_t line = static_cast<std::size_t>(columns) * pixel;
  const auto left = static_cast<std::size_t>(-by_dx.first->dx) * pixel;
  const auto right = static_cast<std::size_t>(by_dx.second->dx) * pixel;

  // Only the rows that the taps span are held, so that they stay in the cache.
  const int span = up + down + 1;
  const std::size_t stride = left + line + right;
  std::vector<double> held(static_cast<std::size_t>(span) * stride);
  const auto held_row = [&](int y) {
    return held.data() + static_cast<std::size_t>(y % span) * stride + left;
  };
  std::vector<double> weights(taps.size());
  std::transform(taps.begin(), taps.end(), weights.begin(), [](const MotionTap& tap) { return tap.weight; });
  std::vector<const double*> lines(taps.size());
  std::vector<double> filtered(line);

  int loaded = 0;
  for (int y = 0; y < rows; ++y) {
    for (; loaded <= std::min(y + down, rows - 1); ++loaded) {
      double* const row = held_row(loaded);
      load(static_cast<std::size_t>(loaded), row);
      for (std::size_t i = 0; i < left; ++i) *(row - left + i) = row[i % pixel];
      for (std::size_t i = 0; i < right; ++i) row[line + i] = row[line - pixel + i % pixel];
    }
    for (std::size_t k = 0; k < taps.size(); ++k)
      lines[k] = held_row(std::clamp(y + taps[k].dy, 0, rows - 1)) + std::ptrdiff_t{taps[k].dx} * channels;
    weigh_lines(filtered.data(), line, lines.data(), weights.data(), taps.size());
    store(static_cast<std::size_t>(y), filtered.data());
  }
}

VITROBUST_VECTORIZE
void to_imagemagick_bytes(const double* sums, std::size_t size, std::uint8_t* out) {
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>(static_cast<unsigned>(static_cast<int>(sums[i] + 0.5)) / 257);
}

}  // namespace vitrobust::corruptions
