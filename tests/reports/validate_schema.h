#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace vitrobust::tests {

/// What in a report breaks docs/report.schema.json, one line each; empty when nothing does.
/// Link vitrobust_schema_check.
std::vector<std::string> schema_errors(const Json& report);

}  // namespace vitrobust::tests
