#pragma once

#include <string>
#include <string_view>

namespace vitrobust::reports {

/// Any text as LaTeX that prints it and does nothing else: specials are escaped, control characters and
/// characters that pdflatex has no glyph for become '?'. Safe at the beginning of a table's line.
std::string latex_text(std::string_view text);

}  // namespace vitrobust::reports
