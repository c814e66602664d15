#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/formats/format.h"
#include "reports/report_set.h"

namespace vitrobust::eval {

/// One --report FORMAT[=FILE].
struct ReportRequest {
  std::string format;
  /// Empty: not said; "-": standard output.
  std::string file = {};
};

/// Splits FORMAT[=FILE]. @throws UsageError for an unknown format (with the nearest names) or an empty FILE
ReportRequest parse_report_request(const std::string& text);

/// Run directories and report.json files as they were named, and the runs in folders of runs, by name.
/// @throws UsageError when a run is named twice
std::vector<std::string> find_runs(const std::vector<std::string>& paths);

/// Reads runs for a report: reports, sample images and, against a baseline, outcomes image by image. Outcomes
/// are read one cell at a time.
/// @param paths from find_runs()
/// @param baseline a model's name, or empty
/// @param compare_with_first whether the first of several runs is the baseline where none is named
/// @throws InputError, UsageError
reports::ReportSet load_report_set(const std::vector<std::string>& paths, const std::string& baseline,
                                   bool compare_with_first);

/// Whether a format shows comparisons with the first run even where no baseline is named.
bool compares_unasked(const std::string& format);

}  // namespace vitrobust::eval
