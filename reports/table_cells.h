#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/report_set.h"
#include "reports/table_layout.h"

namespace vitrobust::reports {

/// A figure of one run that a column asks for.
struct ResolvedFigure {
  std::optional<double> value;
  std::optional<Interval> interval;
  /// The one row that it is of; nullptr for means and ratios.
  const RowView* row = nullptr;
  bool lower_is_better = false;
  std::uint64_t n = 0;
  std::uint64_t n_conditions = 1;
  /// Without a value: why; with one: what a reader must know.
  std::vector<std::string> notes = {};
};

/// Looks a column up in a run. Never guesses: several rows that fit are no figure but a note that names them.
ResolvedFigure resolve(const ReportView& report, const ColumnSpec& column);

/// A column for every condition of any run, in the order of the plans, and for the aggregates over two
/// conditions or more.
std::vector<ColumnSpec> all_columns(const ReportSet& set);

/// Whether a row's condition is this one: the same names, and all parameters that are given. Distances are
/// compared as fractions: 2/255 is 4/510.
bool matches(const RowView& row, const ConditionSpec& condition);

/// "fog 3", "pgd linf eps=8/255", "tilt, flips": a condition in one line of text.
std::string line_label(const RowView& row, std::span<const RowView* const> among);

}  // namespace vitrobust::reports
