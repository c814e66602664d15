#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/outcome.h"

namespace SQLite {
class Database;
}

namespace vitrobust::eval {

/// State of one cell in the store.
struct StoredCell {
  std::string error;  ///< why the cell as a whole failed; empty when it did not
  double seconds = 0;
  std::uint64_t outcomes = 0;
};

/// `run.db`: every outcome of a run, one SQLite row per sample and cell, so that a run can die at any moment
/// and lose at most the batches in flight. One process at a time may hold it.
class RunStore {
 public:
  /// Opens the store in an existing folder, or makes it.
  /// @param config everything that decides the outcomes; kept, and compared when the store exists
  /// @throws InputError when the store was made with another configuration (naming what differs), is in use
  /// by another
  ///         process, is damaged, or was written by a newer version
  RunStore(const std::string& folder, const Json& config);
  ~RunStore();
  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) = delete;

  /// Whether the store existed before.
  [[nodiscard]] bool resumed() const { return resumed_; }

  /// Commits a batch of outcomes and the time it took in one transaction.
  void commit(std::uint64_t cell, std::span<const reports::Outcome> outcomes, double seconds);
  /// Records that a cell failed as a whole, or, with an empty text, that it may be tried again.
  void set_cell_error(std::uint64_t cell, const std::string& error);

  /// A note that the run keeps under that key, so that a resumed run has what the first one found; nothing
  /// when there is none.
  [[nodiscard]] std::optional<Json> note(const std::string& key) const;
  void set_note(const std::string& key, const Json& value);

  [[nodiscard]] StoredCell cell(std::uint64_t cell) const;
  /// Outcomes of a cell, sorted by sample id.
  [[nodiscard]] std::vector<reports::Outcome> outcomes(std::uint64_t cell) const;
  /// Ids of the samples that have an outcome, sorted.
  [[nodiscard]] std::vector<std::uint64_t> finished_samples(std::uint64_t cell) const;

 private:
  std::string path_;
  std::unique_ptr<SQLite::Database> database_;
  bool resumed_ = false;
};

/// The configuration that the run in a folder was made with, if there is one. @throws InputError as
/// RunStore()
std::optional<Json> kept_config(const std::string& folder);

}  // namespace vitrobust::eval
