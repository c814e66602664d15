#pragma once

#include <cstdint>
#include <string_view>

#include "data/image.h"

namespace vitrobust::data {

/// Side of a glyph image in pixels.
inline constexpr int kGlyphSide = 32;

/// Draws digit `digit` (0 to 9) as sample `id` of `stream` ("glyphs/train" or "glyphs/test"): font, stroke,
/// size, pose, colours, background, clutter and blur all come from the Philox stream of (0, stream, id).
/// Integer arithmetic and OpenCV 4's fixed-point drawing only, so that the pixels are the same everywhere.
Image paint_glyph(int digit, std::string_view stream, std::uint64_t id);

}  // namespace vitrobust::data
