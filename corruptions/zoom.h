#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace vitrobust::corruptions {

/// How one axis is enlarged by `scipy.ndimage.zoom(…, order=1)`: output i is weights[i][0] times the sample
/// before[i] plus weights[i][1] times the sample after[i].
struct ZoomAxis {
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  std::vector<std::array<double, 2>> weights;

  [[nodiscard]] std::size_t size() const { return before.size(); }
  /// Keeps `count` outputs, `first` the first of them.
  void keep(std::size_t first, std::size_t count);
};

/// The centre of `size` samples, so many of them as fill the size again when enlarged `factor` ≥ 1 times. By
/// rounding, it has often one or two outputs more than `size`.
ZoomAxis zoom_axis(int size, double factor);

/// The rows of an enlarged field, top to bottom.
class ZoomedRows {
 public:
  /// @param field rows of `columns` pixels of `channels` values, then one value that is read without effect;
  /// must live as long as this
  ZoomedRows(std::span<const double> field, int columns, int channels, const ZoomAxis& axis);

  /// A row of the field, enlarged to axis.size() pixels; valid until the second call with another row.
  const double* row(std::size_t y);

 private:
  std::span<const double> field_;
  std::size_t line_;
  int channels_;
  const ZoomAxis& axis_;
  struct Held {
    std::size_t y;
    std::vector<double> values;
  };
  std::array<Held, 2> held_;
};

}  // namespace vitrobust::corruptions
