#pragma once

#include <deque>
#include <string>
#include <vector>

#include "eval/run_source.h"
#include "reports/run_data.h"

namespace vitrobust::eval {

/// The runs that a comparison or a gate was given, opened and named.
class JudgedRuns {
 public:
  /// @param paths run directories or report.json files
  /// @throws InputError as RunSource does
  explicit JudgedRuns(const std::vector<std::string>& paths);

  /// In the order of the paths. Named after their models or, where those have one name, after their paths.
  [[nodiscard]] const std::vector<reports::RunData>& runs() const { return runs_; }

  /// The place of the run of that path, model or name. @throws UsageError with the names when there is none,
  /// or more than one
  [[nodiscard]] std::size_t find(const std::string& wanted) const;

 private:
  std::deque<RunSource> sources_;  // what runs_ refer to stays where it is
  std::vector<reports::RunData> runs_;
};

}  // namespace vitrobust::eval
