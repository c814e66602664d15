#include "reports/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

constexpr std::array<std::string_view, 3> kStatuses = {"complete", "partial", "interrupted"};

void check_belong_together(std::span<const Cell> cells, const std::vector<Json>& rows) {
  if (cells.size() != rows.size())
    throw InternalError(fmt::format("{} rows for {} cells", rows.size(), cells.size()));
  std::set<std::string> ids;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (rows[i].at("id") != cells[i].id)
      throw InternalError(fmt::format("row {} is not of cell '{}'", i, cells[i].id));
    if (!ids.insert(cells[i].id).second) throw InternalError("two cells are called " + cells[i].id);
  }
}

/// The header's volatile block and the rates, which stand there and not in the rows so that two reports of
/// the same evaluation have equal rows.
Json volatile_block(const ReportHeader& header, std::span<const Cell> cells) {
  Json rates = Json::object();
  for (const Cell& cell : cells)
    rates[cell.id] =
        std::isfinite(cell.images_per_s) && cell.images_per_s > 0 ? Json(cell.images_per_s) : Json(nullptr);
  Json block = header.volatile_block.is_null() ? Json::object() : header.volatile_block;
  block["images_per_s"] = std::move(rates);
  return block;
}

}  // namespace

std::string_view to_string(CellKind kind) {
  switch (kind) {
    case CellKind::clean:
      return "clean";
    case CellKind::corruption:
      return "corruption";
    case CellKind::perturbation:
      return "perturbation";
    case CellKind::attack:
      return "attack";
    case CellKind::corruption_attack:
      return "corruption+attack";
    case CellKind::legacy_attack:
      return "attack-normspace-legacy";
  }
  throw InternalError("an unknown kind of cell");
}

bool is_attacked(CellKind kind) {
  return kind == CellKind::attack || kind == CellKind::corruption_attack || kind == CellKind::legacy_attack;
}

std::string report_status(std::span<const Json> rows, bool interrupted) {
  if (interrupted) return "interrupted";
  const bool complete = std::ranges::all_of(rows, [](const Json& row) {
    return row.at("error").is_null() && row.at("n_failed") == 0 && row.at("n") == row.at("n_planned");
  });
  return complete ? "complete" : "partial";
}

Json make_report(const ReportHeader& header, std::span<const Cell> cells, std::vector<Json> rows,
                 Json aggregates) {
  check_belong_together(cells, rows);
  Json guard_rails = Json::array();
  for (const GuardRail& rail : header.guard_rails) guard_rails.push_back(rail.to_json());
  if (std::ranges::find(kStatuses, header.status) == kStatuses.end())
    throw InternalError(fmt::format("a report of unknown status '{}'", header.status));
  return {{"schema_version", kSchemaVersion},
          {"status", header.status},
          {"tool", header.tool},
          {"model", header.model},
          {"dataset", header.dataset},
          {"config", header.config},
          {"config_hash", header.config_hash},
          {"rows", std::move(rows)},
          {"aggregates", std::move(aggregates)},
          {"guard_rails", std::move(guard_rails)},
          {"warnings", header.warnings},
          {"volatile", volatile_block(header, cells)}};
}

}  // namespace vitrobust::reports
