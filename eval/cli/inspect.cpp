#include <fmt/format.h>

#include "eval/cli/commands.h"
#include "eval/cli/load_options.h"

namespace vitrobust::eval {
namespace {

/// "key: value" lines, nested objects indented.
void print_object(const Json& object, int depth) {
  for (const auto& [key, value] : object.items()) {
    const std::string label = fmt::format("{:{}}{}:", "", 2 * depth, key);
    if (value.is_object()) {
      fmt::print("{}\n", label);
      print_object(value, depth + 1);
    } else if (value.is_array() && !value.empty() && value[0].is_string() && key == "notes") {
      fmt::print("{}\n", label);
      for (const Json& note : value) fmt::print("{:{}}- {}\n", "", 2 * depth + 2, note.get<std::string>());
    } else {
      fmt::print("{:<22}{}\n", label, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

}  // namespace

int inspect_command(const InspectOptions& options) {
  const Json description =
      models::describe_checkpoint(options.checkpoint, to_load_options(options)).to_json();
  if (options.json)
    fmt::print("{}", dump_json(description));
  else
    print_object(description, 0);
  return 0;
}

}  // namespace vitrobust::eval
