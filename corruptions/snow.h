#pragma once

#include <vector>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {

/// The layer of flakes that snow lays over an image, in [0, 1], row-major, before its blur, drawn from
/// context.random: enlarged Gaussian noise, 0 where it is below the severity's threshold. As large as the
/// image or, in flavour imagecorruptions, up to two pixels larger.
std::vector<double> draw_flakes(int height, int width, const CorruptionContext& context);

}  // namespace vitrobust::corruptions
