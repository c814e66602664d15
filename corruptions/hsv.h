#pragma once

#include "data/image.h"

namespace vitrobust::corruptions {

/// What happens to a colour in HSV, all components in [0, 1]: S becomes S·saturation_gain + saturation_offset
/// and V becomes V + value_offset, both clipped.
struct HsvChange {
  double saturation_gain = 1;
  double saturation_offset = 0;
  double value_offset = 0;
};

/// Through HSV and back in the order of operations of scikit-image's `rgb2hsv` and `hsv2rgb` in float64,
/// truncated at the end: the round trip alone lowers one value in eight by a level, so the rounding must be
/// the same.
data::Image change_hsv(const data::Image& image, const HsvChange& change);

}  // namespace vitrobust::corruptions
