#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::reports {

/// A sign that an attack measured too little; docs/report.md lists them.
struct GuardRail {
  std::string id;
  /// Whether the robust accuracies cannot be trusted; otherwise somebody should look into it.
  bool is_error = false;
  /// Id of the row that it is about; empty: of the model as a whole.
  std::string row = {};
  std::string text;

  [[nodiscard]] Json to_json() const;
};

/// The guard rail that to_json() made. @param where named in the error
/// @throws InputError
GuardRail guard_rail_from(const Json& json, const std::string& where);

/// What the rows of a report say together: black-box attacks stronger than white-box ones, and accuracies
/// that rise with eps. Thresholds of fra31/auto-attack @a392200, checks.py, where it has them.
/// @param rows from make_row()
std::vector<GuardRail> guard_rails_of(std::span<const Json> rows);

}  // namespace vitrobust::reports
