#include <fmt/format.h>

#include <algorithm>

#include "core/terminal.h"
#include "reports/formats/format.h"
#include "reports/formats/grid.h"
#include "reports/report.h"
#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

/// Escape sequences take no columns.
std::size_t columns_of(const std::string& text) {
  std::size_t columns = display_width(text);
  for (std::size_t at = text.find("\033["); at != std::string::npos; at = text.find("\033[", at + 1))
    columns -= text.find('m', at) - at + 1;
  return columns;
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string space(widths[i] - columns_of(cells[i]), ' ');
    line += i == 0 ? cells[i] + space : "  " + space + cells[i];
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string layout_table(const ReportSet& set, const RenderOptions& options) {
  const Terminal terminal{.interactive = options.colour, .colour = options.colour};
  const Table table = make_table(set, options.layout);
  const Grid grid =
      make_grid(table, {.text = [](const std::string& text) { return text; },
                        .figure =
                            [&](const TableFigure& figure) {
                              if (!figure.value) return "–" + footnote_marks(figure);
                              const std::string value = figure_text(*figure.value);
                              return (figure.best ? styled(terminal, Style::bold, value) : value) +
                                     mark_text(figure.mark) + footnote_marks(figure);
                            },
                        .lower_is_better = " ↓"});
  std::vector<std::size_t> widths(grid.header.size(), 0);
  const auto measure = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], columns_of(cells[i]));
  };
  measure(grid.header);
  for (const GridLine& line : grid.lines) measure(line.cells);
  std::string text = line_of(grid.header, widths);
  std::size_t width = 2 * (widths.size() - 1);
  for (const std::size_t column : widths) width += column;
  std::string rule;
  for (std::size_t i = 0; i < width; ++i) rule += "─";
  text += rule + "\n";
  for (const GridLine& line : grid.lines)
    text += (line.rule_above ? rule + "\n" : "") + line_of(line.cells, widths);
  text += "\n";
  const auto add = [&](const std::string& note) {
    for (const std::string& part : wrap(note, static_cast<std::size_t>(std::max(options.width, 20)), 2))
      text += part + "\n";
  };
  for (std::size_t i = 0; i < table.footnotes.size(); ++i) add(superscript(i + 1) + " " + table.footnotes[i]);
  for (const std::string& note : table.notes) {
    if (options.colour || !note.starts_with("Bold")) add(note);
  }
  return text;
}

}  // namespace

std::string render_console(const ReportSet& set, const RenderOptions& options) {
  if (!options.layout.columns.empty()) return layout_table(set, options);
  std::vector<Json> reports;
  for (const ModelReport& model : set.models) {
    reports.push_back(model.report);
    reports.back()["model"]["name"] = model.name;
  }
  return console_table(reports, options.width, options.colour);
}

}  // namespace vitrobust::reports
