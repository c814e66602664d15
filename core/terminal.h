#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace vitrobust {

/// What a stream can show. NO_COLOR (set and not empty) and TERM=dumb turn colour off.
struct Terminal {
  bool interactive = false;
  bool colour = false;
  /// Columns, 100 where it cannot be told.
  int width = 100;
};

Terminal detect_terminal(std::FILE* stream);

enum class Style { plain, bold, dim, red, green, yellow };

/// The text wrapped in the style's escape sequence where the terminal has colour.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

/// Text from a file, made safe for a terminal: control characters, escape sequences' beginnings among them,
/// become '?'.
std::string printable(std::string_view text);

/// Columns that UTF-8 text takes: its code points, for the scripts we print.
std::size_t display_width(std::string_view text);

/// The longest prefix of at most that many columns; never cuts a character in two.
std::string_view first_columns(std::string_view text, std::size_t columns);

}  // namespace vitrobust
