#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>
#include <vector>

#include "core/error.h"
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

/// The indices of blocks as '*'.
std::string without_indices(const std::string& name) {
  std::string text;
  for (std::size_t i = 0; i < name.size();) {
    std::size_t end = i;
    while (end < name.size() && std::isdigit(static_cast<unsigned char>(name[end])) != 0) ++end;
    const bool index = end > i && i > 0 && end < name.size() && name[i - 1] == '.' && name[end] == '.';
    if (index)
      text += '*';
    else if (end > i)
      text += name.substr(i, end - i);
    else
      text += name[end++];
    i = end;
  }
  return text;
}

/// One line for the tensors that all blocks have alike.
void print_tensors(const Json& tensors) {
  std::vector<std::pair<std::string, int>> lines;
  for (const Json& tensor : tensors) {
    const std::string name = tensor.at("name");
    std::vector<std::string> from;
    for (const Json& source : tensor.at("from"))
      if (source != name) from.push_back(without_indices(source));
    std::string line = fmt::format("  {:<30} {} {}", without_indices(name),
                                   tensor.at("type").get<std::string>(), tensor.at("shape").dump());
    if (!from.empty()) line += fmt::format("  from {}", fmt::join(from, ", "));
    const auto found = std::ranges::find(lines, line, &std::pair<std::string, int>::first);
    if (found == lines.end())
      lines.emplace_back(std::move(line), 1);
    else
      ++found->second;
  }
  fmt::print("tensors:              {}\n", tensors.size());
  for (const auto& [line, count] : lines)
    fmt::print("{}{}\n", line, count == 1 ? "" : fmt::format("  ({} times)", count));
}

}  // namespace

int inspect_command(const InspectOptions& options) {
  models::Inspection inspection = models::inspect_checkpoint(options.checkpoint, to_load_options(options));
  if (options.json) {
    fmt::print("{}", dump_json(inspection.json));
  } else {
    const Json tensors = inspection.json.at("tensors");
    inspection.json.erase("tensors");
    inspection.json.erase("problem");
    inspection.json.erase("hint");
    print_object(inspection.json, 0);
    print_tensors(tensors);
  }
  // What could be found out is printed all the same.
  if (inspection.problem) throw Error(*inspection.problem);
  return 0;
}

}  // namespace vitrobust::eval
