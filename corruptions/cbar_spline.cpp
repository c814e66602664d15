#include "corruptions/cbar_spline.h"

namespace vitrobust::corruptions {
namespace {

/// Unser, Aldroubi and Eden, "B-spline signal processing", IEEE Trans. Signal Processing 41, 1993: a causal
/// and an anticausal recursion over n values that are `stride` apart.
void prefilter_line(double* line, std::size_t n, std::size_t stride) {
  if (n < 2) return;
  const double pole = std::sqrt(3.0) - 2;
  const auto at = [line, stride](std::size_t i) -> double& { return line[i * stride]; };
  const double gain = (1 - pole) * (1 - 1 / pole);
  for (std::size_t i = 0; i < n; ++i) at(i) *= gain;
  const double last_power = std::pow(pole, static_cast<double>(n - 1));
  double power = pole;
  at(0) += last_power * at(n - 1);
  for (std::size_t i = 1; i < n - 1; ++i, power *= pole)
    at(0) += power * (at(i) + last_power * at(n - 1 - i));
  at(0) /= 1 - last_power * last_power;
  for (std::size_t i = 1; i < n; ++i) at(i) += pole * at(i - 1);
  at(n - 1) = (pole * at(n - 2) + at(n - 1)) * pole / (pole * pole - 1);
  for (std::size_t i = n - 1; i-- > 0;) at(i) = pole * (at(i + 1) - at(i));
}

/// The image of i in a line of n that is mirrored about its first and its last sample.
std::size_t mirrored(int i, int n) {
  if (i >= 0 && i < n) return static_cast<std::size_t>(i);
  if (n == 1) return 0;
  const int period = 2 * (n - 1);
  const int inside = ((i % period) + period) % period;
  return static_cast<std::size_t>(inside < n ? inside : period - inside);
}

}  // namespace

std::optional<SplineTaps> spline_taps(double position, int n) {
  if (position < 0 || position > n - 1) return std::nullopt;
  const double floor = std::floor(position);
  const double after = position - floor;
  const double before = 1 - after;
  SplineTaps taps{};
  for (int k = 0; k < 4; ++k)
    taps.indices[static_cast<std::size_t>(k)] = mirrored(static_cast<int>(floor) - 1 + k, n);
  auto& w = taps.weights;
  w[1] = (after * after * (after - 2.0) * 3.0 + 4.0) / 6.0;
  w[2] = (before * before * (before - 2.0) * 3.0 + 4.0) / 6.0;
  w[0] = before * before * before / 6.0;
  w[3] = 1.0 - w[0] - w[1] - w[2];
  return taps;
}

void prefilter_spline(std::span<double> field, int rows, int columns, int channels) {
  const auto height = static_cast<std::size_t>(rows);
  const auto step = static_cast<std::size_t>(channels);
  const std::size_t line = static_cast<std::size_t>(columns) * step;
  for (std::size_t x = 0; x < line; ++x) prefilter_line(field.data() + x, height, line);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t c = 0; c < step; ++c)
      prefilter_line(field.data() + y * line + c, static_cast<std::size_t>(columns), step);
}

}  // namespace vitrobust::corruptions
