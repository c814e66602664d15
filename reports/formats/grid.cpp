#include "reports/formats/grid.h"

#include <algorithm>

#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

std::string title_of(const TableColumn& column, const GridStyle& style) {
  return style.text(column.title) + (column.lower_is_better ? style.lower_is_better : "");
}

Grid models_across(const Table& table, const GridStyle& style) {
  Grid grid;
  grid.header = {style.text("Condition")};
  for (const std::string& model : table.models) grid.header.push_back(style.text(model));
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    GridLine line{.cells = {title_of(column, style)},
                  .rule_above = i > 0 && column.group != table.columns[i - 1].group};
    for (const TableFigure& figure : column.figures) line.cells.push_back(style.figure(figure));
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

Grid models_down(const Table& table, const GridStyle& style) {
  Grid grid;
  grid.header = {style.text("Model")};
  grid.groups = {{"", 1}};
  for (const TableColumn& column : table.columns) {
    grid.header.push_back(title_of(column, style));
    if (column.group == grid.groups.back().first && grid.header.size() > 2)
      ++grid.groups.back().second;
    else
      grid.groups.emplace_back(column.group, 1);
  }
  for (auto& [title, span] : grid.groups) title = title.empty() ? title : style.text(title);
  if (std::ranges::all_of(grid.groups, [](const auto& group) { return group.first.empty(); }))
    grid.groups.clear();
  for (std::size_t model = 0; model < table.models.size(); ++model) {
    GridLine line{.cells = {style.text(table.models[model])}, .rule_above = false};
    for (const TableColumn& column : table.columns) line.cells.push_back(style.figure(column.figures[model]));
    grid.lines.push_back(std::move(line));
  }
  return grid;
}

}  // namespace

Grid make_grid(const Table& table, const GridStyle& style) {
  return table.models_are_columns ? models_across(table, style) : models_down(table, style);
}

std::string footnote_marks(const TableFigure& figure) {
  std::string marks;
  for (const std::size_t number : figure.footnotes) marks += (marks.empty() ? "" : "˒") + superscript(number);
  return marks;
}

std::string mark_text(Mark mark) {
  switch (mark) {
    case Mark::better:
      return "▲";
    case Mark::worse:
      return "▼";
    case Mark::none:
      break;
  }
  return {};
}

}  // namespace vitrobust::reports
