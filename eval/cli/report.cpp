#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "core/files.h"
#include "core/terminal.h"
#include "eval/cli/report_options.h"

namespace vitrobust::eval {
namespace {

void write_one(const reports::ReportSet& set, const ReportRequest& request, reports::RenderOptions options) {
  const reports::Format& format = reports::find_format(request.format);
  const bool to_stdout = request.file.empty() || request.file == "-";
  if (to_stdout) {
    const Terminal terminal = detect_terminal(stdout);
    options.width = terminal.width;
    options.colour = terminal.colour;
  }
  const std::string text = format.render(set, options);
  if (!to_stdout) {
    write_file_atomically(request.file, text);
    fmt::print(stderr, "{}: {}\n", request.format, request.file);
    return;
  }
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw InputError("standard output", "cannot be written to");
}

void write_all(const std::vector<std::string>& runs, const std::string& baseline,
               const std::vector<ReportRequest>& requests, const reports::RenderOptions& options) {
  const bool compares = std::ranges::any_of(
      requests, [](const ReportRequest& request) { return compares_unasked(request.format); });
  reports::ReportSet set = load_report_set(find_runs(runs), baseline, compares);
  for (const ReportRequest& request : requests) {
    if (baseline.empty() && !compares_unasked(request.format) && set.baseline) {
      reports::ReportSet without = set;
      without.baseline.reset();
      without.paired.clear();
      without.unpaired.clear();
      write_one(without, request, options);
    } else {
      write_one(set, request, options);
    }
  }
}

}  // namespace

int report_command(const ReportOptions& options) {
  std::vector<ReportRequest> requests;
  if (!options.format.empty() || options.reports.empty() || !options.out.empty())
    requests.push_back({options.format.empty() ? "console" : options.format, options.out});
  for (const std::string& text : options.reports) requests.push_back(parse_report_request(text));
  reports::RenderOptions render{.layout = reports::find_layout(options.layout)};
  const bool uses_layout = std::ranges::any_of(requests, [](const ReportRequest& request) {
    return reports::find_format(request.format).uses_layout;
  });
  if (!uses_layout && render.layout.name != "models-conditions")
    throw UsageError(fmt::format("--layout {} changes nothing here", options.layout),
                     "layouts are of console, markdown and latex");
  write_all(options.runs, options.baseline, requests, render);
  return static_cast<int>(ExitCode::ok);
}

void write_reports(const std::vector<std::string>& runs, const std::vector<std::string>& requests,
                   const std::string& folder) {
  std::vector<ReportRequest> wanted;
  for (const std::string& text : requests) {
    wanted.push_back(parse_report_request(text));
    if (wanted.back().file.empty())
      wanted.back().file =
          fmt::format("{}/report{}", folder, reports::find_format(wanted.back().format).ending);
  }
  if (!wanted.empty()) write_all(runs, {}, wanted, {.layout = reports::find_layout("models-conditions")});
}

}  // namespace vitrobust::eval
