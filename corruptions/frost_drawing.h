#pragma once

#include "corruptions/frost_textures.h"

namespace vitrobust::corruptions {

/// Draws five pictures of ice on a window: feathers of branching needles over a cloudy pane, bright on dark,
/// of the sizes of the reference's textures. The same at every call.
FrostTextures::Images draw_frost();

}  // namespace vitrobust::corruptions
