// A fragment to \input: a booktabs table with what a reader must know below it.
#include <fmt/format.h>

#include <string>

#include "reports/formats/format.h"
#include "reports/formats/grid.h"
#include "reports/formats/latex_text.h"

namespace vitrobust::reports {
namespace {

/// More lines than this do not fit a page: then it is a longtable.
constexpr std::size_t kLinesOfAPage = 45;
/// With more columns than this, half-widths would make the table wider than a page.
constexpr std::size_t kColumnsWithIntervals = 8;

std::string figure(const TableFigure& figure, bool with_interval) {
  std::string text = "--";
  if (figure.value) {
    text = figure_text(*figure.value);
    if (figure.best) text = "\\textbf{" + text + "}";
    if (figure.mark != Mark::none) text += figure.mark == Mark::better ? "$^{+}$" : "$^{-}$";
    if (figure.interval && with_interval)
      text += fmt::format("{{\\tiny$\\,\\pm${}}}",
                          figure_text((figure.interval->high - figure.interval->low) / 2));
  }
  std::string numbers;
  for (const std::size_t number : figure.footnotes)
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", number);
  return numbers.empty() ? text : text + "\\textsuperscript{" + numbers + "}";
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : " & ") + cell;
  return line + " \\\\\n";
}

/// The headings above groups of columns, with a rule below each.
std::string group_lines(const Grid& grid) {
  if (grid.groups.empty()) return {};
  std::string titles;
  std::string rules;
  std::size_t column = 1;
  for (const auto& [title, span] : grid.groups) {
    titles += fmt::format("{}\\multicolumn{{{}}}{{c}}{{{}}}", column == 1 ? "" : " & ", span, title);
    if (!title.empty()) rules += fmt::format("\\cmidrule(lr){{{}-{}}}", column, column + span - 1);
    column += span;
  }
  return titles + " \\\\\n" + rules + "\n";
}

}  // namespace

std::string render_latex(const ReportSet& set, const RenderOptions& options) {
  const Table table = make_table(set, options.layout);
  const bool intervals =
      (table.models_are_columns ? table.models.size() : table.columns.size()) <= kColumnsWithIntervals;
  const Grid grid = make_grid(table, {.text = latex_text,
                                      .figure = [&](const TableFigure& it) { return figure(it, intervals); },
                                      .lower_is_better = " $\\downarrow$"});
  const bool is_long = grid.lines.size() > kLinesOfAPage;
  const std::string environment = is_long ? "longtable" : "tabular";
  std::string text =
      fmt::format("% Made by vitrobust report --format latex --layout {}.\n", latex_text(table.layout));
  text += is_long ? "% Needs \\usepackage{booktabs,longtable}; to be input outside a float.\n"
                  : "% Needs \\usepackage{booktabs}.\n";
  text += fmt::format("\\begin{{{}}}{{@{{}}l*{{{}}}{{r}}@{{}}}}\n\\toprule\n", environment,
                      grid.header.size() - 1);
  text += group_lines(grid) + line_of(grid.header) + "\\midrule\n";
  if (is_long) text += "\\endhead\n";
  for (const GridLine& line : grid.lines)
    text += (line.rule_above ? "\\midrule\n" : "") + line_of(line.cells);
  text += fmt::format("\\bottomrule\n\\end{{{}}}\n\n{{\\footnotesize\\raggedright\n", environment);
  for (std::size_t i = 0; i < table.footnotes.size(); ++i)
    text += fmt::format("\\textsuperscript{{{}}}~{}.\\ \n", i + 1, latex_text(table.footnotes[i]));
  if (intervals) text += "$\\pm$: half the width of the 95\\,\\% interval.\n";
  for (const std::string& note : table.notes) text += latex_text(note) + "\n";
  return text + "\\par}\n";
}

}  // namespace vitrobust::reports
