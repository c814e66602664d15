#pragma once

#include <string>
#include <vector>

#include "core/condition.h"

namespace vitrobust::eval {

/// A named list of conditions.
struct Suite {
  std::string name;
  std::string help;
  std::vector<ConditionSpec> conditions;
};

/// The built-in suites, made from the tables, so that a new corruption or attack appears in them.
std::vector<Suite> builtin_suites();

/// The built-in suite of that name, or the one in a JSON file: {"name": "…", "conditions": ["clean",
/// "fog:severity=3", …]}.
/// @throws UsageError for an unknown name, InputError for what is wrong in the file
Suite find_suite(const std::string& name_or_file);

}  // namespace vitrobust::eval
