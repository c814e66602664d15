#pragma once

#include "data/image.h"

namespace vitrobust::corruptions {

/// The image after compression to a baseline JPEG with 4:2:0 chroma subsampling and decompression, by
/// libjpeg: bit-identical to Pillow's `save(quality=…)` on the same libjpeg-turbo. Optimised Huffman
/// tables would not change the pixels, so quality 85 is the round trip of the published ImageNet-C files.
/// @param quality 0 to 100
/// @throws InputError when a side is above 65,500 pixels, libjpeg's limit
data::Image jpeg_round_trip(const data::Image& image, int quality);

}  // namespace vitrobust::corruptions
