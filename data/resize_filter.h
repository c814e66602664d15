#pragma once

#include <cstdint>
#include <vector>

#include "data/preprocess_config.h"

namespace vitrobust::data {

/// Bits behind the point of a tap's weight: 32 for the sum, less 8 of a pixel, less 2 for sums beyond its
/// range.
inline constexpr int kWeightBits = 32 - 8 - 2;

/// The source pixels of some output pixels along one axis, and their weights.
struct Taps {
  /// Of each output pixel: its first source pixel, and how many it has.
  std::vector<int> first;
  std::vector<int> count;
  /// `stride` weights per output pixel, in units of 2^-kWeightBits; those beyond its count are 0.
  std::vector<std::int32_t> weights;
  int stride = 0;

  [[nodiscard]] int size() const { return static_cast<int>(first.size()); }
  [[nodiscard]] const std::int32_t* weights_of(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(stride);
  }
};

/// The taps of output pixels begin … begin + count - 1 when `in` pixels become `out`, as Pillow's resampler
/// (Pillow 9 to 13) computes them: the filter's support grows with the scale when it shrinks, weights are
/// normalised in double precision and rounded. Not for Interpolation::nearest.
Taps make_taps(Interpolation filter, int in, int out, int begin, int count);

/// For each such output pixel the source pixel that Pillow's nearest-neighbour resize takes.
std::vector<int> nearest_pixels(int in, int out, int begin, int count);

}  // namespace vitrobust::data
