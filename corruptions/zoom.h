#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace vitrobust::corruptions {

/// How one axis of an image is zoomed by `scipy.ndimage.zoom(…, order=1)` after its centre has been cut out:
/// output i is weights[i][0] times the sample before[i] plus weights[i][1] times the sample after[i].
struct ZoomAxis {
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  std::vector<std::array<double, 2>> weights;
  [[nodiscard]] std::size_t size() const { return before.size(); }
};

/// The centre of `size` samples, as large as fills them again when zoomed by `factor` ≥ 1, zoomed: often one
/// or two samples more than before.
ZoomAxis zoom_axis(int size, double factor);

/// The `size` outputs from `first` on.
ZoomAxis part_of(const ZoomAxis& axis, std::size_t first, std::size_t size);

/// Where hendrycks' code begins when it cuts a zoomed axis back to `size`.
std::size_t centred(const ZoomAxis& axis, int size);

/// One row of an image with 1 or 3 interleaved channels, zoomed along `columns`. @param row followed by one
/// value that is read but does not count, like that of `out`, which is written
void zoom_row(const double* row, const ZoomAxis& columns, int channels, double* out);

/// out = a·weights[0] + b·weights[1].
void mix_rows(const double* a, const double* b, const std::array<double, 2>& weights, std::span<double> out);

}  // namespace vitrobust::corruptions
