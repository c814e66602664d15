#include "eval/report_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "eval/run_source.h"
#include "eval/sample_images.h"
#include "reports/pairing.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code unreadable;  // then it is not there for us
  return fs::exists(path, unreadable);
}

/// The runs directly inside a folder that is none itself.
std::vector<std::string> runs_inside(const std::string& folder) {
  std::vector<std::string> runs;
  if (is_there(fs::path(folder) / "report.json") || is_there(fs::path(folder) / "run.db")) return runs;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable))
    if (is_there(entry.path() / "report.json")) runs.push_back(entry.path().string());
  std::ranges::sort(runs);
  return runs;
}

/// Holds every other run's outcomes of one row against the baseline's.
void pair_row(const std::deque<RunSource>& sources, const std::vector<std::size_t>& others,
              const reports::RowView& baseline_row, reports::ReportSet& set) {
  const auto has_figure = [](const reports::RowView& row) {
    return row.kind != reports::CellKind::perturbation && row.accuracy.has_value();
  };
  if (!has_figure(baseline_row)) return;
  std::optional<std::vector<reports::Outcome>> baseline;
  for (const std::size_t model : others) {
    const reports::RowView* const row = reports::find_row(sources[model].view(), baseline_row.id);
    if (row == nullptr || !has_figure(*row)) continue;
    if (!baseline) baseline = sources[*set.baseline].outcomes(baseline_row);
    reports::PairedCell cell{.model = model, .row_id = row->id, .counts = {}, .interval = {}};
    cell.counts = reports::pair_outcomes(*baseline, sources[model].outcomes(*row), row->id).counts;
    set.paired.push_back(std::move(cell));
  }
}

void pair_runs(const std::deque<RunSource>& sources, reports::ReportSet& set) {
  const std::size_t baseline = *set.baseline;
  std::vector<std::size_t> others;
  for (std::size_t model = 0; model < sources.size(); ++model) {
    if (model == baseline) continue;
    std::string reason = reports::why_not_paired(set.models[baseline], set.models[model]);
    if (reason.empty() && !(sources[baseline].has_outcomes() && sources[model].has_outcomes()))
      reason =
          "outcomes of single images are in the run directories (run.db), and a report.json alone has none";
    if (reason.empty())
      others.push_back(model);
    else
      set.unpaired.push_back(fmt::format("{} is not held against {} image by image: {}",
                                         set.models[model].name, set.models[baseline].name, reason));
  }
  for (const reports::RowView& row : set.models[baseline].view.rows) pair_row(sources, others, row, set);
  reports::test_pairs(set);
}

}  // namespace

ReportRequest parse_report_request(const std::string& text) {
  const std::size_t equals = text.find('=');
  ReportRequest request{.format = text.substr(0, equals)};
  reports::find_format(request.format);
  if (equals == std::string::npos) return request;
  request.file = text.substr(equals + 1);
  if (request.file.empty())
    throw UsageError(fmt::format("--report {}: there is no file behind the '='", text),
                     fmt::format("for example --report {0}=report{1}", request.format,
                                 reports::find_format(request.format).ending));
  return request;
}

std::vector<std::string> find_runs(const std::vector<std::string>& paths) {
  std::vector<std::string> runs;
  for (const std::string& path : paths) {
    std::vector<std::string> inside = runs_inside(path);
    if (inside.empty()) inside.push_back(path);
    for (std::string& run : inside) runs.push_back(std::move(run));
  }
  std::set<std::string> taken;
  for (const std::string& run : runs) {
    std::error_code unreadable;
    const fs::path real = fs::weakly_canonical(run, unreadable);
    if (!taken.insert(real.empty() ? run : real.string()).second)
      throw UsageError(fmt::format("{} is named twice", run), "a model would stand beside itself");
  }
  return runs;
}

reports::ReportSet load_report_set(const std::vector<std::string>& paths, const std::string& baseline,
                                   bool compare_with_first) {
  std::deque<RunSource> sources;
  std::vector<std::pair<Json, std::string>> reports;
  for (const std::string& path : paths) {
    sources.emplace_back(path);
    reports.emplace_back(sources.back().report(), path);
  }
  reports::ReportSet set = reports::make_report_set(std::move(reports));
  for (std::size_t i = 0; i < paths.size(); ++i)
    set.models[i].samples = read_sample_images(paths[i], set.models[i].view);
  if (!baseline.empty())
    set.baseline = reports::find_model(set, baseline);
  else if (compare_with_first && set.models.size() > 1)
    set.baseline = 0;
  if (set.baseline) pair_runs(sources, set);
  return set;
}

bool compares_unasked(const std::string& format) {
  return format == "html";
}

}  // namespace vitrobust::eval
