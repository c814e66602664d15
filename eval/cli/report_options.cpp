#include "eval/cli/report_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "eval/cli/arguments.h"

namespace vitrobust::eval {
namespace po = boost::program_options;

namespace {

constexpr unsigned kHelpWidth = 110;

po::options_description describe(ReportOptions& report) {
  std::vector<std::string_view> formats;
  for (const reports::Format& format : reports::format_table()) formats.push_back(format.name);
  std::vector<std::string> layouts;
  for (const reports::TableLayout& layout : reports::table_layouts()) layouts.push_back(layout.name);
  po::options_description all("Options", kHelpWidth);
  all.add_options()(
      "run", po::value(&report.runs)->multitoken()->composing()->value_name("RUN..."),
      "run directories, report.json files, or folders of run directories; --run may be left out")(
      "format", po::value(&report.format)->value_name("NAME"),
      fmt::format("{} (default console)", fmt::join(formats, ", ")).c_str())(
      "layout", po::value(&report.layout)->value_name("NAME|FILE"),
      fmt::format("of console, markdown and latex: {}, or a JSON file (default models-conditions)",
                  fmt::join(layouts, ", "))
          .c_str())("baseline", po::value(&report.baseline)->value_name("MODEL"),
                    "mark what is significantly better or worse than this model on the same images")(
      "out", po::value(&report.out)->value_name("FILE"), "where it goes (default: standard output)")(
      "report", po::value(&report.reports)->composing()->value_name("FORMAT[=FILE]"),
      "a further report; may be repeated, and without FILE goes to standard output")("help,h", "this text");
  return all;
}

}  // namespace

ReportOptions parse_report_options(const std::vector<std::string>& words) {
  ReportOptions report;
  parse_arguments(words, describe(report), "run");
  if (report.runs.empty())
    throw UsageError("there is no RUN", "for example vitrobust report out/demo --format markdown");
  if (!report.format.empty()) reports::find_format(report.format);
  std::size_t on_stdout = report.format.empty() || !report.out.empty() ? 0 : 1;
  for (const std::string& text : report.reports) {
    const ReportRequest request = parse_report_request(text);
    if (request.file.empty() || request.file == "-") ++on_stdout;
  }
  if (on_stdout > 1)
    throw UsageError("two reports on standard output would run into each other",
                     "write one to a file: FORMAT=FILE");
  return report;
}

po::options_description report_description() {
  static ReportOptions report;
  return describe(report);
}

}  // namespace vitrobust::eval
