#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/table.h"

namespace vitrobust::reports {

/// One line of a table as text, a cell per column; the first is the model's or the condition's name.
struct GridLine {
  std::vector<std::string> cells;
  /// Whether a new group of conditions begins above it.
  bool rule_above = false;
};

/// A table turned the way its layout wants it.
struct Grid {
  /// Headings above runs of columns: title and how many columns; empty when there are none.
  std::vector<std::pair<std::string, std::size_t>> groups;
  std::vector<std::string> header;
  std::vector<GridLine> lines;
};

/// How a format writes what stands in a table.
struct GridStyle {
  std::function<std::string(const std::string&)> text;
  std::function<std::string(const TableFigure&)> figure;
  /// Behind the title of a column in which less is better.
  std::string lower_is_better;
};

Grid make_grid(const Table& table, const GridStyle& style);

/// "² ³": the numbers of a figure's footnotes as superscripts.
std::string footnote_marks(const TableFigure& figure);

/// "▲", "▼" or nothing.
std::string mark_text(Mark mark);

}  // namespace vitrobust::reports
