#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::reports {

/// A small table of text: a header and rows of as many entries. The first column is aligned to the left, the
/// others to the right.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Columns two spaces apart, a rule below the header; ends with a newline.
std::string aligned(const TextTable& table);

/// A Markdown table (GitHub's), '|' and '<' escaped; ends with a newline.
std::string markdown(const TextTable& table);

/// Text from a file in a Markdown sentence: what would be markup is escaped.
std::string markdown_text(std::string_view text);

}  // namespace vitrobust::reports
