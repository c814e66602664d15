#include "eval/run_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/json_differences.h"
#include "reports/read_report.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWriteAgain = "repeat the run's own command: it writes the report again";

bool is_there(const fs::path& path) {
  std::error_code unreadable;  // then it is not there for us
  return fs::exists(path, unreadable);
}

bool is_folder(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_directory(path, unreadable);
}

/// A folder of runs is what `vitrobust run` makes of several checkpoints: the first of them, or nothing.
std::string first_run_in(const std::string& path) {
  std::string first;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, unreadable)) {
    const std::string folder = entry.path().string();
    if (is_there(entry.path() / "report.json") && (first.empty() || folder < first)) first = folder;
  }
  return first;
}

std::string report_in(const std::string& path) {
  if (!is_folder(path)) return path;
  const fs::path report = fs::path(path) / "report.json";
  if (is_there(report)) return report.string();
  if (is_there(fs::path(path) / "run.db"))
    throw InputError(path, "has a run.db but no report.json: its run has not come to an end",
                     "wait for it, or repeat its command: it goes on where it stopped");
  if (const std::string run = first_run_in(path); !run.empty())
    throw InputError(path, "is a folder of runs, expected one run", "name one of them, for example " + run);
  throw InputError(path, "is no run: it has no report.json",
                   "a run is the --out folder of vitrobust run, or a report.json");
}

/// The report's configuration must be the store's, which keeps a few settings besides.
void check_same_run(const Json& report, const Json& stored, const std::string& path) {
  Json common = Json::object();
  for (const auto& [key, value] : stored.items())
    if (report.contains(key)) common[key] = value;
  const std::vector<std::string> found =
      json_differences(common, report, {.first = "in run.db", .second = "in report.json"});
  if (!found.empty())
    throw InputError(path, "run.db and report.json are of different runs: " + found.front(), kWriteAgain);
}

}  // namespace

RunSource::RunSource(std::string path)
    : path_(std::move(path)),
      report_path_(report_in(path_)),
      report_(reports::read_report(report_path_)),
      view_(reports::view_report(report_, report_path_)) {
  if (!is_folder(path_)) return;
  const std::string store_path = (fs::path(path_) / "run.db").string();
  if (is_there(store_path)) open_store(store_path);
}

void RunSource::open_store(const std::string& store_path) {
  store_.emplace(store_path);
  check_same_run(report_.at("config"), store_->config(), path_);
  for (const auto& id : json_get<std::vector<std::string>>(store_->config(), "conditions", store_path))
    cells_.emplace(id, cells_.size());
  for (const reports::RowView& row : view_.rows)
    if (!cells_.contains(row.id))
      throw InputError(path_, fmt::format("report.json has a row '{}', run.db no such cell", row.id),
                       kWriteAgain);
}

std::vector<reports::Outcome> RunSource::outcomes(const reports::RowView& row) const {
  if (!store_) throw InternalError(path_ + " has no outcomes to read");
  std::vector<reports::Outcome> found = store_->outcomes(cells_.at(row.id));
  const auto same = [](const reports::Outcome& a, const reports::Outcome& b) {
    return a.sample_id == b.sample_id;
  };
  if (std::ranges::adjacent_find(found, same) != found.end())
    throw InputError(path_, fmt::format("run.db has two outcomes of one sample in '{}'", row.id));
  const auto classified =
      static_cast<std::uint64_t>(std::ranges::count_if(found, &std::string::empty, &reports::Outcome::error));
  const auto correct = static_cast<std::uint64_t>(std::ranges::count_if(found, &reports::Outcome::correct));
  if (classified != row.n || correct != row.correct.value_or(correct))
    throw InputError(
        path_,
        fmt::format("row '{}' says {} of {} right, run.db {} of {}: the run has gone on since", row.id,
                    row.correct ? std::to_string(*row.correct) : "?", row.n, correct, classified),
        kWriteAgain);
  return found;
}

}  // namespace vitrobust::eval
