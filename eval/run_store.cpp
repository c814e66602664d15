#include "eval/run_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "core/error.h"
#include "core/json_differences.h"
#include "eval/run_store_sql.h"

namespace vitrobust::eval {
namespace {

constexpr std::size_t kMostDifferences = 5;

constexpr const char* kSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cell (cell INTEGER PRIMARY KEY, error TEXT NOT NULL DEFAULT '', seconds REAL NOT NULL DEFAULT 0);
CREATE TABLE outcome (
  cell INTEGER NOT NULL, sample INTEGER NOT NULL, label INTEGER NOT NULL, error TEXT NOT NULL,
  prediction INTEGER NOT NULL, top5 INTEGER NOT NULL, margin REAL NOT NULL, loss REAL NOT NULL,
  prediction_before INTEGER NOT NULL, linf REAL NOT NULL, l2 REAL NOT NULL, queries INTEGER NOT NULL,
  broken_by TEXT NOT NULL, flip_share REAL NOT NULL, top5_distance REAL NOT NULL,
  PRIMARY KEY (cell, sample)) WITHOUT ROWID;
)sql";

void write_meta(SQLite::Database& database, const std::string& key, const std::string& value) {
  SQLite::Statement insert(database, "INSERT INTO meta VALUES (?, ?)");
  insert.bind(1, key);
  insert.bind(2, value);
  insert.exec();
}

void create(SQLite::Database& database, const Json& config) {
  SQLite::Transaction transaction(database);
  database.exec(kSchema);
  write_meta(database, "schema_version", std::to_string(kStoreSchemaVersion));
  write_meta(database, "config", dump_json(config));
  transaction.commit();
}

void check_same_run(const SQLite::Database& database, const std::string& path, const Json& config) {
  std::vector<std::string> found = json_differences(read_stored_config(database, path), config);
  if (found.empty()) return;
  const std::size_t hidden = found.size() > kMostDifferences ? found.size() - kMostDifferences : 0;
  found.resize(found.size() - hidden);
  if (hidden > 0) found.push_back(fmt::format("and {} more", hidden));
  throw InputError(path, fmt::format("was made with another configuration: {}", fmt::join(found, "; ")),
                   "choose another --out, or repeat the run's own command to go on with it");
}

}  // namespace

std::optional<Json> kept_config(const std::string& folder) {
  const std::string path = folder + "/run.db";
  if (!std::filesystem::exists(path)) return std::nullopt;
  return guarded(path, [&] {
    const SQLite::Database database(path, SQLite::OPEN_READONLY, 1000);
    const std::string config = database.tableExists("meta") ? meta(database, "config") : std::string();
    return config.empty() ? std::nullopt : std::optional(parse_json(config, path));
  });
}

RunStore::RunStore(const std::string& folder, const Json& config) : path_(folder + "/run.db") {
  resumed_ = std::filesystem::exists(path_);
  guarded(path_, [&] {
    database_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1000);
    // One writer for the whole run: a second process is told so instead of interleaving with it.
    database_->exec(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    if (!database_->tableExists("meta")) {
      // Killed between making the file and its tables: the same as new.
      resumed_ = false;
      create(*database_, config);
    } else {
      database_->exec("BEGIN IMMEDIATE; COMMIT;");
    }
  });
  guarded(path_, [&] { check_same_run(*database_, path_, config); });
}

RunStore::~RunStore() = default;
RunStore::RunStore(RunStore&&) noexcept = default;

void RunStore::commit(std::uint64_t cell, std::span<const reports::Outcome> outcomes, double seconds) {
  guarded(path_, [&] {
    SQLite::Transaction transaction(*database_);
    SQLite::Statement insert(*database_, "INSERT INTO outcome VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    for (const reports::Outcome& outcome : outcomes) {
      SQLite::bind(insert, signed_id(cell), signed_id(outcome.sample_id), outcome.label, outcome.error,
                   outcome.prediction, static_cast<int>(outcome.top5), outcome.margin, outcome.loss,
                   outcome.prediction_before, outcome.linf, outcome.l2, outcome.queries, outcome.broken_by,
                   outcome.flip_share, outcome.top5_distance);
      insert.exec();
      insert.reset();
    }
    SQLite::Statement time(
        *database_,
        "INSERT INTO cell (cell, seconds) VALUES (?1, ?2) ON CONFLICT (cell) DO UPDATE SET seconds = "
        "seconds + ?2");
    time.bind(1, signed_id(cell));
    time.bind(2, seconds);
    time.exec();
    transaction.commit();
  });
}

void RunStore::set_cell_error(std::uint64_t cell, const std::string& error) {
  guarded(path_, [&] {
    SQLite::Statement update(
        *database_,
        "INSERT INTO cell (cell, error) VALUES (?1, ?2) ON CONFLICT (cell) DO UPDATE SET error = ?2");
    update.bind(1, signed_id(cell));
    update.bind(2, error);
    update.exec();
  });
}

std::optional<Json> RunStore::note(const std::string& key) const {
  return guarded(path_, [&]() -> std::optional<Json> {
    const std::string text = meta(*database_, "note/" + key);
    if (text.empty()) return std::nullopt;
    return parse_json(text, path_);
  });
}

void RunStore::set_note(const std::string& key, const Json& value) {
  guarded(path_, [&] { write_meta(*database_, "note/" + key, dump_json(value)); });
}

StoredCell RunStore::cell(std::uint64_t cell) const {
  return guarded(path_, [&] {
    StoredCell stored;
    SQLite::Statement query(*database_, "SELECT error, seconds FROM cell WHERE cell = ?");
    query.bind(1, signed_id(cell));
    if (query.executeStep()) {
      stored.error = query.getColumn(0).getString();
      stored.seconds = query.getColumn(1).getDouble();
    }
    SQLite::Statement count(*database_, "SELECT count(*) FROM outcome WHERE cell = ?");
    count.bind(1, signed_id(cell));
    count.executeStep();
    stored.outcomes = static_cast<std::uint64_t>(count.getColumn(0).getInt64());
    return stored;
  });
}

std::vector<reports::Outcome> RunStore::outcomes(std::uint64_t cell) const {
  return guarded(path_, [&] { return read_outcomes(*database_, cell); });
}

std::vector<std::uint64_t> RunStore::finished_samples(std::uint64_t cell) const {
  return guarded(path_, [&] {
    std::vector<std::uint64_t> ids;
    SQLite::Statement query(*database_, "SELECT sample FROM outcome WHERE cell = ? ORDER BY sample");
    query.bind(1, signed_id(cell));
    while (query.executeStep()) ids.push_back(static_cast<std::uint64_t>(query.getColumn(0).getInt64()));
    return ids;
  });
}

}  // namespace vitrobust::eval
