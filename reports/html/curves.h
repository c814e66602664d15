#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/report_set.h"

namespace vitrobust::reports::html {

/// A point of a curve; `x` is a severity or a radius.
struct CurvePoint {
  double x = 0;
  std::string x_label;
  const RowView* row = nullptr;
};

/// What one chart or one line of the heat map shows: a corruption over its severities, or an attack over its
/// radii, of every model.
struct CurveFamily {
  std::string title;
  /// "severity", "ε · 255" or "ε".
  std::string axis;
  /// One list per model, ascending in x.
  std::vector<std::vector<CurvePoint>> models;
};

/// The corruptions, in the order of the plan.
std::vector<CurveFamily> corruption_families(const ReportSet& set);
/// The attacks, grouped by everything but radius and step size.
std::vector<CurveFamily> attack_families(const ReportSet& set);

/// The clean row of a model, if it has a figure.
const RowView* clean_row(const ModelReport& model);

/// The curves as SVG: a line with markers and intervals per model, beginning at its clean accuracy at x = 0.
std::string draw_chart(const ReportSet& set, const CurveFamily& family);

}  // namespace vitrobust::reports::html
