#include "models/dialects/key_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <string_view>

#include "core/error.h"

namespace vitrobust::models {
namespace {

/// Longer names are left alone, for expressions are matched recursively.
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kMostLines = 1000;
constexpr const char* kHint =
    "each line is EXPRESSION → REPLACEMENT, for example ^encoder\\.layer(\\d+) → blocks.$1";

struct KeyRule {
  std::regex expression;
  std::string replacement;
  std::string text;
  bool used = false;
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

KeyRule parse_rule(std::string_view line, const std::string& where) {
  for (const std::string_view arrow : {"→", "->"}) {
    const auto at = line.find(arrow);
    if (at == std::string_view::npos) continue;
    const std::string expression(trimmed(line.substr(0, at)));
    if (expression.empty()) break;
    try {
      return {std::regex(expression), std::string(trimmed(line.substr(at + arrow.size()))), expression};
    } catch (const std::regex_error&) {
      throw InputError(where, fmt::format("'{}' is no regular expression", expression), kHint);
    }
  }
  throw InputError(where, fmt::format("'{}' is no rule", line), kHint);
}

std::vector<KeyRule> read_rules(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw InputError(path, "cannot be opened for reading");
  std::vector<KeyRule> rules;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    if (++number > kMostLines || line.size() > kLongestLine)
      throw InputError(path, fmt::format("line {} is too long, or one too many", number), kHint);
    const std::string_view text = trimmed(line);
    if (!text.empty() && text.front() != '#')
      rules.push_back(parse_rule(text, fmt::format("{}:{}", path, number)));
  }
  if (rules.empty()) throw InputError(path, "holds no rule", kHint);
  return rules;
}

std::string renamed(std::string name, std::vector<KeyRule>& rules, const std::string& path) {
  if (name.size() > kLongestName) return name;
  for (KeyRule& rule : rules) {
    try {
      if (!std::regex_search(name, rule.expression)) continue;
      rule.used = true;
      name = std::regex_replace(name, rule.expression, rule.replacement);
    } catch (const std::regex_error&) {
      throw InputError(path, fmt::format("'{}' takes too long on '{}'", rule.text, printable_name(name)));
    }
  }
  return name;
}

}  // namespace

std::vector<std::string> apply_key_map(const std::string& path, TensorCatalogue& catalogue) {
  std::vector<KeyRule> rules = read_rules(path);
  std::vector<std::string> dropped;
  std::set<std::string> names;
  std::vector<TensorEntry> kept;
  for (TensorEntry& entry : catalogue.tensors) {
    std::string name = renamed(entry.name, rules, path);
    if (name.empty()) {
      dropped.push_back(entry.name);
      continue;
    }
    if (!names.insert(name).second)
      throw InputError(path, fmt::format("gives two tensors the name '{}'", printable_name(name)));
    entry.name = std::move(name);
    kept.push_back(std::move(entry));
  }
  const auto idle = std::ranges::find(rules, false, &KeyRule::used);
  if (idle != rules.end())
    throw InputError(path, fmt::format("'{}' fits no tensor", idle->text),
                     "vitrobust inspect without --key-map says what the tensors are called");
  catalogue.tensors = std::move(kept);
  return dropped;
}

}  // namespace vitrobust::models
