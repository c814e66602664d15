#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace vitrobust::corruptions {

/// Smooths fields of one size by a separable Gaussian of the given standard deviations along the columns and
/// along the rows, cut at radius int(3 sigma + 0.5), the field mirrored at its edges with the edge value
/// repeated: `skimage.filters.gaussian` with mode "reflect" and truncate 3. While the radius is below the
/// side, additions are in scipy's order and the result is scipy's to the bit. Above it, the field is mirrored
/// over and over; then the taps that read the same value are added up beforehand, which costs one pass over
/// the side instead of one over the taps, and the result is scipy's up to rounding (1e-15). Plain float64
/// arithmetic: the same on every processor.
class ReflectingGaussian {
 public:
  ReflectingGaussian(int rows, int columns, double sigma_y, double sigma_x);

  /// Smooths `field`, row-major, in place. `scratch` is as large; what it holds is lost.
  void apply(std::span<double> field, std::span<double> scratch) const;

 private:
  /// One axis: its side, and either half a kernel or, when that is longer than the side, its folded form.
  struct Axis {
    Axis(int length, double sigma);

    std::size_t side;
    std::vector<double> weights;
    /// Two square matrices of half the side: what becomes of the part of a line that is even about its
    /// middle, and of the part that is odd, given from its end to the middle.
    std::array<std::vector<double>, 2> folded;
  };

  static void filter_columns(const Axis& axis, std::span<const double> field, std::span<double> out);
  static void filter_rows(const Axis& axis, std::span<const double> field, std::span<double> out);
  static void filter_columns_folded(const Axis& axis, std::span<double> field, std::span<double> scratch);

  Axis vertical_;
  Axis horizontal_;
};

}  // namespace vitrobust::corruptions
