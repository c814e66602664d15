#include "reports/text_layout.h"

#include <array>

#include "core/terminal.h"

namespace vitrobust::reports {

std::string pad_right(std::string_view text, std::size_t width) {
  std::string padded(text);
  for (std::size_t used = display_width(text); used < width; ++used) padded += ' ';
  return padded;
}

std::string pad_left(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ') + std::string(text);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    const bool at_start = line.find_first_not_of(' ') == std::string::npos;
    if (!at_start && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(line);
      line = std::string(indent, ' ');
    } else if (!at_start) {
      line += ' ';
    }
    line += word;
  }
  lines.push_back(line);
  return lines;
}

std::string superscript(std::uint64_t number) {
  static constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴",
                                                               "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char digit : std::to_string(number)) text += kDigits[static_cast<std::size_t>(digit - '0')];
  return text;
}

}  // namespace vitrobust::reports
