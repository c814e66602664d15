#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "eval/report_runs.h"

namespace vitrobust::eval {

/// What `vitrobust report` was asked for.
struct ReportOptions {
  std::vector<std::string> runs;
  std::string format;  ///< empty: console, unless there is a --report
  std::string layout = "models-conditions";
  std::string baseline;
  std::string out;
  std::vector<std::string> reports;  ///< FORMAT[=FILE]
};

/// @param words the command line after `report`. @throws UsageError
ReportOptions parse_report_options(const std::vector<std::string>& words);

/// For --help.
boost::program_options::options_description report_description();

/// Tables and pages from finished runs; needs no LibTorch. @return the exit code
int report_command(const ReportOptions& options);

/// What --report writes after an evaluation. @param folder where a file goes that was not named
void write_reports(const std::vector<std::string>& runs, const std::vector<std::string>& requests,
                   const std::string& folder);

}  // namespace vitrobust::eval
