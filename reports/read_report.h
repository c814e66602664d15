#pragma once

#include <string>

#include "core/json.h"

namespace vitrobust::reports {

/// Reads a report.json back and checks it: everything that view_report() takes out of it is there and of the
/// right type.
/// @throws InputError, one line, when the file cannot be read, is truncated, is no JSON, has duplicate keys,
/// is of a newer version, or is otherwise no report
Json read_report(const std::string& path);

}  // namespace vitrobust::reports
