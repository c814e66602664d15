#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "core/files.h"
#include "core/terminal.h"
#include "eval/cli/verdicts.h"
#include "eval/judged_runs.h"
#include "reports/comparability.h"
#include "reports/compare_formats.h"

namespace vitrobust::eval {
namespace {

/// With --force the differences are notes, but samples of other data cannot be paired.
std::vector<std::string> forced_notes(const reports::RunData& baseline, const reports::RunData& candidate) {
  if (baseline.view.fingerprint != candidate.view.fingerprint)
    throw InputError({}, fmt::format("{} and {} are of different data, which --force cannot mend",
                                     baseline.name, candidate.name));
  std::vector<std::string> notes;
  for (const std::string& difference : reports::incomparable(baseline, candidate))
    notes.push_back("compared in spite of " + difference);
  return notes;
}

reports::Comparison compare(const reports::RunData& baseline, const reports::RunData& candidate,
                            const CompareOptions& options) {
  std::vector<std::string> notes;
  if (options.force)
    notes = forced_notes(baseline, candidate);
  else
    reports::require_comparable(baseline, candidate);
  reports::Comparison comparison =
      reports::compare_runs(baseline, candidate, {.alpha = options.alpha, .correction = options.correction});
  const bool compared =
      std::ranges::any_of(comparison.cells, [](const auto& cell) { return cell.not_compared.empty(); });
  if (!compared && comparison.aggregates.empty())
    throw InputError(
        {}, fmt::format("{} and {} have no cell that both evaluated", baseline.name, candidate.name));
  comparison.notes.insert(comparison.notes.begin(), notes.begin(), notes.end());
  return comparison;
}

}  // namespace

int compare_command(const CompareOptions& options) {
  const JudgedRuns judged(options.runs);
  const std::size_t baseline = options.baseline.empty() ? 0 : judged.find(options.baseline);
  std::vector<reports::Comparison> comparisons;
  for (std::size_t i = 0; i < judged.runs().size(); ++i)
    if (i != baseline) comparisons.push_back(compare(judged.runs()[baseline], judged.runs()[i], options));
  reports::correct_together(comparisons);

  const auto formats = reports::compare_formats();
  const auto format = std::ranges::find(formats, options.format, &reports::CompareFormat::name);
  Terminal terminal = detect_terminal(stdout);
  if (!options.out.empty()) terminal = {.interactive = false, .colour = false, .width = terminal.width};
  const std::string text = format->render(comparisons, reports::seed_groups(judged.runs()), terminal);
  if (options.out.empty())
    fmt::print("{}", text);
  else
    write_file_atomically(options.out, text);
  return static_cast<int>(ExitCode::ok);
}

}  // namespace vitrobust::eval
