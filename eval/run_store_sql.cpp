#include "eval/run_store_sql.h"

namespace vitrobust::eval {

std::string meta(const SQLite::Database& database, const std::string& key) {
  SQLite::Statement query(database, "SELECT value FROM meta WHERE key = ?");
  query.bind(1, key);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

Json read_stored_config(const SQLite::Database& database, const std::string& path) {
  const std::string version = meta(database, "schema_version");
  if (version != std::to_string(kStoreSchemaVersion))
    throw InputError(
        path, fmt::format("has schema version '{}', this vitrobust reads {}", version, kStoreSchemaVersion));
  return parse_json(meta(database, "config"), path);
}

std::vector<reports::Outcome> read_outcomes(const SQLite::Database& database, std::uint64_t cell) {
  std::vector<reports::Outcome> found;
  SQLite::Statement query(
      database,
      "SELECT sample, label, error, prediction, top5, margin, loss, prediction_before, linf, l2, "
      "queries, broken_by, flip_share, top5_distance FROM outcome WHERE cell = ? ORDER BY sample");
  query.bind(1, signed_id(cell));
  while (query.executeStep()) {
    found.push_back({.sample_id = static_cast<std::uint64_t>(query.getColumn(0).getInt64()),
                     .label = query.getColumn(1).getInt(),
                     .error = query.getColumn(2).getString(),
                     .prediction = query.getColumn(3).getInt(),
                     .top5 = query.getColumn(4).getInt() != 0,
                     .margin = query.getColumn(5).getDouble(),
                     .loss = query.getColumn(6).getDouble(),
                     .prediction_before = query.getColumn(7).getInt(),
                     .linf = query.getColumn(8).getDouble(),
                     .l2 = query.getColumn(9).getDouble(),
                     .queries = query.getColumn(10).getInt64(),
                     .broken_by = query.getColumn(11).getString(),
                     .flip_share = query.getColumn(12).getDouble(),
                     .top5_distance = query.getColumn(13).getDouble()});
  }
  return found;
}

}  // namespace vitrobust::eval
