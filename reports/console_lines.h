#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/view.h"

namespace vitrobust::reports {

/// What stands in one model's column of a line.
struct ConsoleFigure {
  std::optional<double> value;
  std::optional<Interval> interval;
  /// Shown in place of the value: "failed", "–"; empty for a value.
  std::string instead;
  /// Number of the footnote, from 1; 0: none.
  std::size_t footnote = 0;
  /// What the value is over: figures are ranked only where these are equal.
  std::uint64_t n = 0;
  std::uint64_t n_conditions = 1;
};

/// One line of the table, whatever its layout: a rule between sections, or a condition.
struct ConsoleLine {
  bool rule = false;
  std::string label;
  std::string severity;
  /// One per report.
  std::vector<ConsoleFigure> figures;
  /// Whether all models that have a figure have it of the same samples and conditions.
  bool comparable = false;
  /// For errors and flips; accuracies are the better the higher they are.
  bool lower_is_better = false;
  /// Second model minus first, or the only model minus its clean accuracy; empty where the two figures are
  /// not of the same samples.
  std::optional<double> difference;
};

struct ConsoleLines {
  std::vector<ConsoleLine> lines;
  std::vector<std::string> footnotes;
  /// What a line's label leaves unsaid.
  std::vector<std::string> remarks;
};

/// All lines: clean, the corruptions with a mean of their severities, the flips of the perturbation
/// sequences, the attacks, corruptions followed by
/// attacks, and the aggregates over two conditions or more. Rows of several reports are matched by id.
/// @param names what to call the reports' models in footnotes
ConsoleLines console_lines(std::span<const ReportView> reports, std::span<const std::string> names);

/// Whether both reports are of the same dataset, going by its fingerprint.
bool same_data(const ReportView& a, const ReportView& b);

}  // namespace vitrobust::reports
