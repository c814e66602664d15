#include "eval/cli/verdict_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/names.h"
#include "eval/cli/arguments.h"
#include "reports/compare_formats.h"
#include "reports/gate_formats.h"

namespace vitrobust::eval {
namespace po = boost::program_options;

namespace {

constexpr unsigned kHelpWidth = 110;

template <typename Formats>
std::vector<std::string> names_of(const Formats& formats) {
  std::vector<std::string> names;
  for (const auto& format : formats) names.emplace_back(format.name);
  return names;
}

/// @throws UsageError unless the name is one of those
void require_name(const std::string& option, const std::string& given,
                  const std::vector<std::string>& known) {
  if (std::ranges::find(known, given) == known.end())
    throw UsageError(fmt::format("--{} {} is none of {}", option, given, fmt::join(known, ", ")),
                     unknown_name_hint(given, known));
}

po::options_description compare_options(CompareOptions& compare) {
  po::options_description all("Options", kHelpWidth);
  all.add_options()("run", po::value(&compare.runs)->composing()->value_name("RUN"),
                    "a run directory or a report.json; the word run may be left out")(
      "baseline", po::value(&compare.baseline)->value_name("RUN"),
      "which of them the others are compared with, by path or model name (default: the first)")(
      "format", po::value(&compare.format)->value_name("NAME"), "console (default), markdown or json")(
      "correction",
      po::value<std::string>()
          ->notifier([&compare](const std::string& name) {
            require_name("correction", name,
                         {reports::correction_names().begin(), reports::correction_names().end()});
            compare.correction = *reports::parse_correction(name);
          })
          ->value_name("NAME"),
      "of the p-values, over all cells of all runs: holm (default), bh or none")(
      "alpha", po::value(&compare.alpha)->value_name("X"),
      "a difference is a finding when its corrected p-value is at most this (default 0.05)")(
      "out", po::value(&compare.out)->value_name("FILE"), "write there instead of to stdout")(
      "force", po::bool_switch(&compare.force),
      "compare runs of the same data although their other settings differ, naming the differences")(
      "help,h", "this text");
  return all;
}

po::options_description gate_options(GateOptions& gate, std::vector<std::string>& reports) {
  po::options_description all("Options", kHelpWidth);
  all.add_options()("baseline", po::value(&gate.baseline)->value_name("RUN"),
                    "the run to hold the candidate against: a run directory or a report.json")(
      "candidate", po::value(&gate.candidate)->value_name("RUN"), "the run to judge")(
      "policy", po::value(&gate.policy)->value_name("FILE"),
      "a JSON file of rules (default: no cell more than 1 point worse, no guard-rail errors, no newly "
      "failing cells)")("report", po::value(&reports)->composing()->value_name("FORMAT[=FILE]"),
                        "what to write, any number of times: console, markdown, json, junit, github, "
                        "github-summary (default: console; without a file to stdout)")("help,h", "this text");
  return all;
}

GateReport parse_report(const std::string& text) {
  const std::size_t equals = text.find('=');
  GateReport report{.format = text.substr(0, equals),
                    .file = equals == std::string::npos ? std::string() : text.substr(equals + 1)};
  require_name("report", report.format, names_of(reports::gate_formats()));
  if (equals != std::string::npos && report.file.empty())
    throw UsageError(fmt::format("--report {}: the file is missing after '='", text));
  return report;
}

}  // namespace

CompareOptions parse_compare_options(const std::vector<std::string>& words) {
  CompareOptions compare;
  parse_arguments(words, compare_options(compare), "run");
  if (compare.runs.size() < 2)
    throw UsageError(fmt::format("two runs are compared, {} given", compare.runs.size()),
                     "vitrobust compare BASELINE CANDIDATE: run directories, or report.json files");
  require_name("format", compare.format, names_of(reports::compare_formats()));
  if (!(compare.alpha > 0 && compare.alpha < 1)) throw UsageError("--alpha must lie between 0 and 1");
  return compare;
}

GateOptions parse_gate_options(const std::vector<std::string>& words) {
  GateOptions gate;
  std::vector<std::string> reports;
  parse_arguments(words, gate_options(gate, reports));
  std::vector<std::string> problems;
  if (gate.baseline.empty()) problems.emplace_back("--baseline is missing");
  if (gate.candidate.empty()) problems.emplace_back("--candidate is missing");
  if (!problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")), "see vitrobust gate --help");
  for (const std::string& report : reports) gate.reports.push_back(parse_report(report));
  const auto to_stdout = std::ranges::count_if(gate.reports, [](const GateReport& report) {
    return report.file.empty() && report.format != "github" && report.format != "github-summary";
  });
  if (to_stdout > 1)
    throw UsageError("two reports would go to stdout", "give one of them a file: FORMAT=FILE");
  return gate;
}

po::options_description compare_description() {
  static CompareOptions only_for_the_text;
  return compare_options(only_for_the_text);
}

po::options_description gate_description() {
  static GateOptions only_for_the_text;
  static std::vector<std::string> reports;
  return gate_options(only_for_the_text, reports);
}

}  // namespace vitrobust::eval
