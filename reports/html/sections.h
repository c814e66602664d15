#pragma once

#include <string>

#include "reports/report_set.h"

namespace vitrobust::reports::html {

// The page's sections, each from its heading to its end; empty where the runs have nothing for it.

/// A card per model with its headline figures, and what a reader must know first.
std::string summary_section(const ReportSet& set);
/// Small multiples: accuracy by severity, one chart per corruption; flips of perturbation sequences are in
/// the table.
std::string severity_section(const ReportSet& set);
/// Accuracy against epsilon, one chart per attack.
std::string epsilon_section(const ReportSet& set);
/// Models × cells, coloured by accuracy.
std::string heat_section(const ReportSet& set);
/// Differences from the baseline with intervals.
std::string difference_section(const ReportSet& set);
/// Every figure, sortable.
std::string table_section(const ReportSet& set);
/// What the models saw.
std::string samples_section(const ReportSet& set);
/// Configuration and environment of each run.
std::string configuration_section(const ReportSet& set);

}  // namespace vitrobust::reports::html
