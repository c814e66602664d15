#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>
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
      fmt::print("{:<21} {}\n", label, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// The index of the block that a tensor belongs to; empty when it belongs to none.
std::string block_of(const std::string& canonical) {
  constexpr std::string_view kPrefix = "blocks.";
  if (!canonical.starts_with(kPrefix)) return {};
  const auto end = canonical.find('.', kPrefix.size());
  return end == std::string::npos ? std::string() : canonical.substr(kPrefix.size(), end - kPrefix.size());
}

/// The first number that is the block's index as '*'.
std::string without_block(const std::string& name, const std::string& block) {
  if (block.empty()) return name;
  for (std::size_t begin = 0; begin < name.size();) {
    std::size_t end = begin;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end > begin && name.compare(begin, end - begin, block) == 0)
      return name.substr(0, begin) + "*" + name.substr(end);
    begin = std::max(end, begin + 1);
  }
  return name;
}

/// One line for the tensors that all blocks have alike.
void print_tensors(const Json& tensors) {
  std::vector<std::pair<std::string, int>> lines;
  for (const Json& tensor : tensors) {
    const std::string name = tensor.at("name");
    const std::string block = block_of(name);
    std::vector<std::string> from;
    for (const Json& source : tensor.at("from"))
      if (source != name) from.push_back(without_block(source, block));
    std::string line = fmt::format("  {:<30} {} {}", without_block(name, block),
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
