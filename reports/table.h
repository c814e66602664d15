#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/report_set.h"
#include "reports/table_layout.h"

namespace vitrobust::reports {

/// How a figure compares with the baseline's, image by image, after Holm's correction.
enum class Mark { none, better, worse };

struct TableFigure {
  /// Proportion or ratio: shown times 100. Empty: a dash, and a footnote says why.
  std::optional<double> value;
  std::optional<Interval> interval;
  /// Among the best of its column: no comparable figure is better as it is printed.
  bool best = false;
  Mark mark = Mark::none;
  /// Numbers of footnotes, from 1.
  std::vector<std::size_t> footnotes = {};
  /// What the value is over; figures are ranked only where these are equal.
  std::uint64_t n = 0;
  std::uint64_t n_conditions = 1;
};

struct TableColumn {
  std::string title;
  std::string group;
  bool lower_is_better = false;
  /// One per model.
  std::vector<TableFigure> figures = {};
};

/// A table of models and conditions, before any format.
struct Table {
  std::string layout;
  bool models_are_columns = false;
  std::vector<std::string> models;
  std::vector<TableColumn> columns;
  /// In the order of their numbers.
  std::vector<std::string> footnotes;
  /// What stands in the table, over how many images, and what bold and the marks mean: sentences.
  std::vector<std::string> notes;
};

/// Lays the runs out. A column that a run lacks is empty and has a footnote with the reason. Bold goes to the
/// best figure as printed (ties share it) among runs of the same data, samples and conditions. Marks are of
/// single cells and need the set's baseline.
Table make_table(const ReportSet& set, const TableLayout& layout);

/// The figure times 100 with one decimal: "72.4".
std::string figure_text(double value);

}  // namespace vitrobust::reports
