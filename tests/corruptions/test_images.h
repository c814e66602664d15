#pragma once

#include <ostream>
#include <string>

#include "corruptions/corruption.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// Fine detail in every channel; the same integers as draw_texture of tests/golden/corruptions/common.py.
data::Image draw_texture(int height, int width);

/// Gradients, flat shapes, stripes, black and white; the same integers as draw_scene of
/// tests/golden/corruptions/common.py.
data::Image draw_scene(int height, int width);

/// One value everywhere.
data::Image draw_flat(int height, int width, std::uint8_t value);

/// What a test that is run for every corruption calls it.
inline void PrintTo(const CorruptionEntry& entry, std::ostream* out) {
  *out << entry.name;
}

/// SHA-256 of the pixels.
std::string pixel_hash(const data::Image& image);

}  // namespace vitrobust::corruptions
