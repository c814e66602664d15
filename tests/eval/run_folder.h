#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::tests {

/// The configuration of an evaluation of these cells, as a run records it.
Json run_config(const std::string& model, const std::vector<SampleCell>& cells);

/// The report of these cells with that configuration.
Json run_report(const std::string& model, const std::vector<SampleCell>& cells);

/// Writes a run directory as `vitrobust run` would: run.db with every outcome, and `report` as report.json.
void write_run(const std::string& folder, const std::vector<SampleCell>& cells, const Json& report);

}  // namespace vitrobust::tests
