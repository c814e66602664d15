#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/terminal.h"
#include "eval/cli/verdicts.h"
#include "eval/judged_runs.h"
#include "reports/gate_formats.h"

namespace vitrobust::eval {
namespace {

constexpr std::size_t kMostPolicyBytes = std::size_t{1} << 20;

reports::GateStamp stamp_now() {
  std::array<char, 256> host{};
  const bool known = ::gethostname(host.data(), host.size() - 1) == 0;
  return {.time = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::floor<std::chrono::seconds>(
                                                          std::chrono::system_clock::now()))),
          .host = known ? host.data() : "localhost"};
}

/// Where the step summary goes unless a file is named; GitHub's runner says so.
std::string step_summary_file() {
  const char* file = std::getenv("GITHUB_STEP_SUMMARY");
  if (file == nullptr || *file == '\0')
    throw UsageError("--report github-summary: GITHUB_STEP_SUMMARY is not set",
                     "outside a GitHub workflow name a file: github-summary=FILE");
  return file;
}

/// Other steps' summaries stand in that file too.
void append(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  file << text << std::flush;
  if (!file) throw InputError(path, "cannot be written");
}

void write_report(const GateReport& wanted, const reports::GateResult& result,
                  const reports::GateStamp& stamp) {
  const auto formats = reports::gate_formats();
  const auto format = std::ranges::find(formats, wanted.format, &reports::GateFormat::name);
  const bool to_stdout = wanted.file.empty() && wanted.format != "github-summary";
  const Terminal terminal = to_stdout ? detect_terminal(stdout) : Terminal{};
  const std::string text = format->render(result, stamp, terminal);
  if (to_stdout)
    fmt::print("{}", text);
  else if (wanted.format == "github-summary")
    append(wanted.file.empty() ? step_summary_file() : wanted.file, text);
  else
    write_file_atomically(wanted.file, text);
}

}  // namespace

int gate_command(const GateOptions& options) {
  const reports::GatePolicy policy =
      options.policy.empty()
          ? reports::default_policy()
          : reports::parse_policy(read_json(options.policy, kMostPolicyBytes), options.policy);
  const JudgedRuns judged({options.baseline, options.candidate});
  const reports::GateResult result = reports::judge(judged.runs()[0], judged.runs()[1], policy);
  const reports::GateStamp stamp = stamp_now();
  std::vector<GateReport> wanted = options.reports;
  // People read the log, whatever else is written; unless stdout is taken.
  const bool taken = std::ranges::any_of(wanted, [](const GateReport& report) {
    return report.file.empty() && report.format != "github" && report.format != "github-summary";
  });
  if (!taken) wanted.insert(wanted.begin(), {.format = "console", .file = {}});
  for (const GateReport& report : wanted) write_report(report, result, stamp);
  return static_cast<int>(result.failed ? ExitCode::gate_failed : ExitCode::ok);
}

}  // namespace vitrobust::eval
