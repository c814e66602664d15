#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/condition.h"
#include "core/json.h"

namespace vitrobust::reports {

/// One column of a table: which figure of a run stands in it.
struct ColumnSpec {
  std::string title;
  /// A heading above this and neighbouring columns; may be empty.
  std::string group = {};
  enum class Source {
    row,         ///< the row of the id `row_id`
    condition,   ///< the one row whose condition has the name and all parameters of `condition`
    severities,  ///< the mean over the five severities of the corruption `condition`
    aggregate,   ///< the aggregate `aggregate`
  };
  Source source = Source::row;
  std::string row_id = {};
  ConditionSpec condition = {};
  std::string aggregate = {};
};

/// Which figures a table shows, and which way it lies.
struct TableLayout {
  std::string name;
  std::string help;
  /// Empty: every condition that a run has, and its aggregates.
  std::vector<ColumnSpec> columns;
  /// Models are columns and conditions lines: for tables of many conditions.
  bool models_are_columns = false;
};

/// The layouts that --layout knows by name.
const std::vector<TableLayout>& table_layouts();

/// Whether a figure is an error or a flip rate, so that less is better; of an aggregate's id.
bool lower_is_better(std::string_view aggregate_id);

/// What tables call an aggregate: "mCE", "mean corruption accuracy"; the id itself for one without a name.
std::string aggregate_title(const std::string& id);

/// Reads a layout from JSON, strictly; docs/tables.md describes it.
/// @param source named in errors
/// @throws InputError that names the column and the key
TableLayout parse_layout(const Json& json, const std::string& source);

/// A layout by its name, or from a JSON file. @throws UsageError with the nearest names; InputError
TableLayout find_layout(const std::string& name_or_file);

}  // namespace vitrobust::reports
