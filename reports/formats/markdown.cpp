// GitHub's Markdown: an aligned pipe table, so that the source reads as well as the page.
#include <fmt/format.h>

#include <algorithm>

#include "core/terminal.h"
#include "reports/formats/format.h"
#include "reports/formats/grid.h"
#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

std::string escape(const std::string& text) {
  std::string escaped;
  for (const char character : printable(text)) {
    if (std::string_view("\\|`*_{}[]<>#~!@$&").find(character) != std::string_view::npos) escaped += '\\';
    escaped += character;
  }
  return escaped;
}

std::string figure(const TableFigure& figure) {
  if (!figure.value) return "–" + footnote_marks(figure);
  std::string text = figure_text(*figure.value);
  if (figure.best) text = "**" + text + "**";
  text += mark_text(figure.mark);
  if (figure.interval)
    text += fmt::format(" [{}, {}]", figure_text(figure.interval->low), figure_text(figure.interval->high));
  return text + footnote_marks(figure);
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < cells.size(); ++i)
    line += " " + (i == 0 ? pad_right(cells[i], widths[i]) : pad_left(cells[i], widths[i])) + " |";
  return line + "\n";
}

}  // namespace

std::string render_markdown(const ReportSet& set, const RenderOptions& options) {
  const Table table = make_table(set, options.layout);
  const Grid grid = make_grid(table, {.text = escape, .figure = figure, .lower_is_better = " ↓"});
  std::vector<std::size_t> widths(grid.header.size(), 3);
  const auto measure = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], display_width(cells[i]));
  };
  measure(grid.header);
  for (const GridLine& line : grid.lines) measure(line.cells);
  std::string text = line_of(grid.header, widths) + "|";
  for (std::size_t i = 0; i < widths.size(); ++i)
    text += i == 0 ? " " + std::string(widths[i], '-') + " |" : " " + std::string(widths[i] - 1, '-') + ": |";
  text += "\n";
  for (const GridLine& line : grid.lines) text += line_of(line.cells, widths);
  text += "\n";
  for (std::size_t i = 0; i < table.footnotes.size(); ++i)
    text += fmt::format("{} {}  \n", superscript(i + 1), escape(table.footnotes[i]));
  text += "Figures with 95 % intervals in brackets. ";
  for (const std::string& note : table.notes)
    text += escape(note) + (&note == &table.notes.back() ? "\n" : " ");
  return text;
}

}  // namespace vitrobust::reports
