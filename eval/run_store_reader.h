#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/outcome.h"

namespace vitrobust::eval {

/// `run.db` opened to be read: takes no lock, writes nothing into the run directory and never holds up a run
/// that is going on, whose outcomes it shows as they were when it was opened.
class RunStoreReader {
 public:
  /// @param path of the run.db
  /// @throws InputError when it is no store, is damaged, was written by a newer version, or keeps changing
  explicit RunStoreReader(std::string path);
  ~RunStoreReader();
  RunStoreReader(RunStoreReader&&) noexcept;
  RunStoreReader& operator=(RunStoreReader&&) = delete;

  /// The configuration of the run; its `conditions` name the cells.
  [[nodiscard]] const Json& config() const { return config_; }

  /// Outcomes of a cell, by its place among the conditions, sorted by sample id.
  /// @throws InputError when the file is damaged or was changed since it was opened
  [[nodiscard]] std::vector<reports::Outcome> outcomes(std::uint64_t cell) const;

 private:
  class File;

  std::string path_;
  std::unique_ptr<File> file_;
  Json config_;
};

}  // namespace vitrobust::eval
