#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "eval/run_store_reader.h"
#include "reports/outcome.h"
#include "reports/view.h"

namespace vitrobust::eval {

/// A RUN as report, compare and gate take it: a run directory (report.json and, unless somebody took it away,
/// run.db) or a report.json alone. Everything is checked when it is opened; outcomes are read cell by cell,
/// so that a run need never be in memory whole. Deterministic.
class RunSource {
 public:
  /// @param path a run directory, or a file: then it is a report, and there are no outcomes
  /// @throws InputError, one line, when it is neither, when the report is damaged, newer or otherwise no
  /// report (reports/read_report.h), when run.db cannot be read (eval/run_store_reader.h), or when
  /// report.json and run.db are not of the same run
  explicit RunSource(std::string path);

  /// As the user named it.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Json& report() const { return report_; }
  [[nodiscard]] const reports::ReportView& view() const { return view_; }
  /// Whether outcomes() can be asked.
  [[nodiscard]] bool has_outcomes() const { return store_.has_value(); }

  /// The outcomes of a row, sorted by sample id.
  /// @throws InputError when they are not those that the row sums up
  /// @throws InternalError without has_outcomes()
  [[nodiscard]] std::vector<reports::Outcome> outcomes(const reports::RowView& row) const;

 private:
  void open_store(const std::string& store_path);

  std::string path_;
  std::string report_path_;
  Json report_;
  reports::ReportView view_;
  std::optional<RunStoreReader> store_;
  /// Cells of the store by their ids.
  std::map<std::string, std::uint64_t> cells_;
};

}  // namespace vitrobust::eval
