#include "data/dataset_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust::data {
namespace {

/// Whether `text` begins with an option's key and '='.
bool begins_option(std::string_view text) {
  const auto is_key_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto end = std::find_if_not(text.begin(), text.end(), is_key_letter);
  return end != text.begin() && end != text.end() && *end == '=';
}

/// Where the place ends: at the comma before the first option, or at the end.
std::size_t find_options(std::string_view text) {
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',', comma + 1))
    if (begins_option(text.substr(comma + 1))) return comma;
  return text.size();
}

}  // namespace

std::string DatasetSpec::option(std::string_view key, std::string_view fallback) const {
  for (const auto& [name, value] : options)
    if (name == key) return value;
  return std::string(fallback);
}

void DatasetSpec::check_options(const std::vector<std::string>& known) const {
  std::set<std::string> seen;
  for (const auto& [name, value] : options) {
    if (known.empty()) throw UsageError(fmt::format("{}: {} takes no options, got '{}'", text, layout, name));
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw UsageError(fmt::format("{}: {} has no option '{}'", text, layout, name),
                       unknown_name_hint(name, known));
    if (!seen.insert(name).second) throw UsageError(fmt::format("{}: option '{}' stands twice", text, name));
  }
}

DatasetSpec parse_dataset_spec(const std::string& text) {
  DatasetSpec spec;
  spec.text = text;
  const std::size_t end = find_options(text);
  const std::string head = text.substr(0, end);
  const std::size_t colon = head.find(':');
  spec.layout = head.substr(0, colon);
  if (colon != std::string::npos) spec.place = head.substr(colon + 1);

  std::string_view rest = std::string_view(text).substr(end);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view pair = rest.substr(0, rest.find(','));
    if (!begins_option(pair))
      throw UsageError(fmt::format("{}: expected an option KEY=VALUE, got '{}'", text, pair));
    const std::size_t equals = pair.find('=');
    spec.options.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    rest.remove_prefix(pair.size());
  }
  return spec;
}

}  // namespace vitrobust::data
