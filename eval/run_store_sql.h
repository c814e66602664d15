#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "reports/outcome.h"

// What the store's writer and its reader share: for run_store.cpp and run_store_reader.cpp only.
namespace vitrobust::eval {

/// The version of the tables in run.db.
inline constexpr int kStoreSchemaVersion = 3;

/// Errors of SQLite are errors of the file that the user named.
template <typename Body>
auto guarded(const std::string& path, Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_BUSY)
      throw InputError(path, "is in use by another vitrobust", "wait for it to end, or choose another --out");
    throw InputError(path, fmt::format("cannot be used: {}", error.what()));
  }
}

/// SQLite's integers have a sign.
inline std::int64_t signed_id(std::uint64_t id) {
  return static_cast<std::int64_t>(id);
}

/// A value of the store's own table of them; empty when there is none.
std::string meta(const SQLite::Database& database, const std::string& key);

/// The configuration that the store was made with. @throws InputError when it is of another schema version
Json read_stored_config(const SQLite::Database& database, const std::string& path);

/// Outcomes of a cell, sorted by sample id.
std::vector<reports::Outcome> read_outcomes(const SQLite::Database& database, std::uint64_t cell);

}  // namespace vitrobust::eval
