#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/outcome.h"
#include "reports/view.h"

namespace vitrobust::reports {

/// One run as comparisons take it, whatever it was read from.
struct RunData {
  /// What to call it in sentences; no two runs of a comparison share it.
  std::string name;
  const Json& report;
  const ReportView& view;
  /// The outcomes of a row, sorted by sample id; empty function: there are none, only the report.
  std::function<std::vector<Outcome>(const RowView&)> outcomes;
};

}  // namespace vitrobust::reports
