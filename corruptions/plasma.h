#pragma once

#include <memory>
#include <span>

#include "core/random.h"

namespace vitrobust::corruptions {

/// A random height map on a torus by the diamond-square algorithm: every level halves the grid, puts new
/// points at the mean of their four neighbours plus noise, and divides the noise's half-width w by `decay`.
/// As in the reference the noise is w U(-w, w), so its amplitude is w². Draws size² - 1 uniforms: level by
/// level the centres of the cells, the middles of their top edges, the middles of their left edges, each
/// row-major.
class Plasma {
 public:
  /// @param size side of the map, a power of two above 1
  Plasma(int size, double decay, RandomSource& random);

  [[nodiscard]] double lowest() const { return lowest_; }
  [[nodiscard]] double highest() const { return highest_; }
  /// The first out.size() heights of row y, from lowest() to highest().
  void row(int y, std::span<double> out) const;

 private:
  void fill_level(double wibble);

  /// The map is four interleaved grids of cells_ x cells_ points: corners, centres, tops and lefts.
  std::size_t cells_ = 1;
  std::unique_ptr<double[]> corners_;
  /// The other three of every level, coarse to fine: uniforms until their level is filled.
  std::unique_ptr<double[]> points_;
  double* centres_;
  double* tops_ = nullptr;
  double* lefts_ = nullptr;
  double lowest_ = 0;
  double highest_ = 0;
};

}  // namespace vitrobust::corruptions
