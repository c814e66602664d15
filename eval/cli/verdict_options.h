#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "reports/multiplicity.h"

namespace vitrobust::eval {

// Options of the subcommands that judge finished runs.

struct CompareOptions {
  std::vector<std::string> runs;  ///< two at least; the baseline among them
  std::string baseline;           ///< empty: the first run
  std::string format = "console";
  reports::Correction correction = reports::Correction::holm;
  double alpha = 0.05;
  std::string out;     ///< empty: stdout
  bool force = false;  ///< in spite of other settings, which are named
};
/// @throws UsageError
CompareOptions parse_compare_options(const std::vector<std::string>& words);

/// One `--report FORMAT[=FILE]`.
struct GateReport {
  std::string format;
  std::string file;  ///< empty: stdout, or what the format's own default is
};

struct GateOptions {
  std::string baseline, candidate;
  std::string policy;  ///< empty: the default policy
  std::vector<GateReport> reports;
};
/// @throws UsageError
GateOptions parse_gate_options(const std::vector<std::string>& words);

/// For --help.
boost::program_options::options_description compare_description();
boost::program_options::options_description gate_description();

}  // namespace vitrobust::eval
