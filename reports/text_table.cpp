#include "reports/text_table.h"

#include <algorithm>

#include "core/terminal.h"
#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

constexpr std::size_t kGap = 2;

std::string line_of(const std::vector<std::string>& entries, const std::vector<std::size_t>& widths) {
  std::string line = pad_right(entries.front(), widths.front());
  for (std::size_t column = 1; column < entries.size(); ++column)
    line += std::string(kGap, ' ') + pad_left(entries[column], widths[column]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string markdown_line(const std::vector<std::string>& entries) {
  std::string line = "|";
  for (const std::string& entry : entries) line += " " + markdown_text(entry) + " |";
  return line + "\n";
}

}  // namespace

std::string aligned(const TextTable& table) {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    std::size_t width = display_width(table.header[column]);
    for (const auto& row : table.rows) width = std::max(width, display_width(row[column]));
    widths.push_back(width);
    total += width + (column == 0 ? 0 : kGap);
  }
  std::string text = line_of(table.header, widths);
  for (std::size_t i = 0; i < total; ++i) text += "─";
  text += "\n";
  for (const auto& row : table.rows) text += line_of(row, widths);
  return text;
}

std::string markdown(const TextTable& table) {
  std::string text = markdown_line(table.header) + "|:--|";
  for (std::size_t column = 1; column < table.header.size(); ++column) text += "--:|";
  text += "\n";
  for (const auto& row : table.rows) text += markdown_line(row);
  return text;
}

std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace vitrobust::reports
