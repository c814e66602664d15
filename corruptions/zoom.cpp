#include "corruptions/zoom.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/vectorize.h"

namespace vitrobust::corruptions {
namespace {

VITROBUST_VECTORIZE
void zoom_grey(const double* __restrict row, const ZoomAxis& axis, double* __restrict out) {
  const std::size_t size = axis.size();
  const std::size_t* before = axis.before.data();
  const std::size_t* after = axis.after.data();
  const std::array<double, 2>* weights = axis.weights.data();
  for (std::size_t x = 0; x < size; ++x)
    out[x] = row[before[x]] * weights[x][0] + row[after[x]] * weights[x][1];
}

/// Four values at once, the fourth to be overwritten by the next pixel: that suits vector instructions.
VITROBUST_VECTORIZE
void zoom_colour(const double* __restrict row, const ZoomAxis& axis, double* __restrict out) {
  const std::size_t size = axis.size();
  const std::size_t* before = axis.before.data();
  const std::size_t* after = axis.after.data();
  const std::array<double, 2>* weights = axis.weights.data();
  for (std::size_t x = 0; x < size; ++x) {
    const double* a = row + 3 * before[x];
    const double* b = row + 3 * after[x];
    const auto [weight_a, weight_b] = weights[x];
    for (std::size_t c = 0; c < 4; ++c) out[3 * x + c] = a[c] * weight_a + b[c] * weight_b;
  }
}

}  // namespace

void ZoomAxis::keep(std::size_t first, std::size_t count) {
  const auto cut = [&](auto& list) {
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(first));
    list.resize(count);
  };
  cut(before);
  cut(after);
  cut(weights);
}

ZoomAxis zoom_axis(int size, double factor) {
  const auto centre = static_cast<int>(std::ceil(size / factor));
  const auto start = static_cast<std::size_t>((size - centre) / 2);
  // Half to even, like Python's round().
  const auto outputs = static_cast<std::size_t>(std::nearbyint(centre * factor));
  const double last = centre - 1;
  const double step = outputs > 1 ? last / static_cast<double>(outputs - 1) : 1.0;
  ZoomAxis axis;
  for (std::size_t i = 0; i < outputs; ++i) {
    const double at = static_cast<double>(i) * step;
    // Where rounding has moved the last position over the edge, scipy sees the black outside.
    const bool outside = at > last;
    const double sample = outside ? last : std::floor(at);
    const double weight = 1.0 - (at - sample);
    axis.before.push_back(start + static_cast<std::size_t>(sample));
    axis.after.push_back(start + static_cast<std::size_t>(std::min(sample + 1, last)));
    axis.weights.push_back(outside ? std::array{0.0, 0.0} : std::array{weight, 1.0 - weight});
  }
  return axis;
}

ZoomedRows::ZoomedRows(std::span<const double> field, int columns, int channels, const ZoomAxis& axis)
    : field_(field),
      line_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(channels)),
      channels_(channels),
      axis_(axis) {
  for (Held& held : held_) {
    held.y = std::numeric_limits<std::size_t>::max();
    held.values.resize(axis.size() * static_cast<std::size_t>(channels) + 1);
  }
}

const double* ZoomedRows::row(std::size_t y) {
  if (held_[1].y == y) return held_[1].values.data();
  std::swap(held_[0], held_[1]);  // the second is the one asked for last
  if (held_[1].y == y) return held_[1].values.data();
  held_[1].y = y;
  const double* source = field_.data() + y * line_;
  if (channels_ == 1)
    zoom_grey(source, axis_, held_[1].values.data());
  else
    zoom_colour(source, axis_, held_[1].values.data());
  return held_[1].values.data();
}

}  // namespace vitrobust::corruptions
