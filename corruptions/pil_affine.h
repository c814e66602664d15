#pragma once

#include "data/image.h"

namespace vitrobust::corruptions {

/// What torchvision 0.2, with which ImageNet-P was made, calls an affine map with its centre kept.
struct PilAffine {
  double degrees = 0;
  double scale = 1;
};

/// The image under that map, as large as before, black where nothing comes from: Pillow's
/// `transform(…, AFFINE, …, BILINEAR)`, in float64, the border pixels reaching half a pixel outwards,
/// truncated to 8 bits. Torchvision 0.2 keeps the point half a pixel right of and below the centre.
data::Image transform_affine(const data::Image& image, const PilAffine& map);

}  // namespace vitrobust::corruptions
