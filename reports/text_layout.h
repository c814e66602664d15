#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::reports {

/// The text with spaces up to `width` columns; never shortened.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

/// Lines of at most `width` columns, broken at spaces; a word longer than that has a line of its own.
/// @param indent spaces before every line but the first, counted in the width
std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent);

/// A number as superscript digits: "¹²".
std::string superscript(std::uint64_t number);

}  // namespace vitrobust::reports
