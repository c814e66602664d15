#pragma once

#include <string>
#include <string_view>

namespace vitrobust::data {

/// A PNG file without its embedded colour profiles (iCCP chunks; W3C PNG specification, section 11.3.2.3).
/// Neither OpenCV nor Pillow applies them to RGB pixels, but libpng writes a warning to stderr for every one
/// that it finds odd, and widespread tools wrote odd ones. Anything malformed is copied as it is, for the
/// decoder to judge.
std::string without_colour_profile(std::string_view png);

}  // namespace vitrobust::data
