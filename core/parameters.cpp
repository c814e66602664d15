#include "core/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/names.h"

namespace vitrobust {
namespace {

std::string range_text(const ParameterSpec& spec) {
  if (std::isinf(spec.maximum)) return fmt::format("at least {}", spec.minimum);
  if (std::isinf(spec.minimum)) return fmt::format("at most {}", spec.maximum);
  return fmt::format("from {} to {}", spec.minimum, spec.maximum);
}

bool is_word(const ParameterSpec& spec, const std::string& text) {
  return std::find(spec.words.begin(), spec.words.end(), text) != spec.words.end();
}

Fraction parse_number(const ParameterSpec& spec, const std::string& text) {
  try {
    return Fraction::parse(text);
  } catch (const UsageError&) {
    if (spec.words.empty()) throw;
    throw UsageError(
        fmt::format("'{}' is neither a number nor one of {}", text, fmt::join(spec.words, ", ")));
  }
}

/// The value of a number, flag or choice in canonical text; throws UsageError with the reason alone.
std::pair<std::string, Fraction> check_value(const ParameterSpec& spec, const std::string& text) {
  switch (spec.type) {
    case ParameterType::choice:
      if (std::find(spec.choices.begin(), spec.choices.end(), text) == spec.choices.end())
        throw UsageError(fmt::format("'{}' is none of {}", text, fmt::join(spec.choices, ", ")));
      return {text, {}};
    case ParameterType::flag:
      if (text == "true" || text == "1") return {"true", {1, 1}};
      if (text == "false" || text == "0") return {"false", {0, 1}};
      throw UsageError(fmt::format("'{}' is neither true nor false", text));
    case ParameterType::integer:
    case ParameterType::fraction: {
      const Fraction number = parse_number(spec, text);
      if (spec.type == ParameterType::integer && number.denominator() != 1)
        throw UsageError(fmt::format("'{}' is not a whole number", text));
      if (number.value() < spec.minimum || number.value() > spec.maximum)
        throw UsageError(fmt::format("{} is out of range: {}", text, range_text(spec)));
      return {number.text(), number};
    }
  }
  throw InternalError("a parameter of unknown type");
}

}  // namespace

Parameters Parameters::resolve(const Stage& stage, std::span<const ParameterSpec> specs) {
  std::vector<std::string> problems;
  std::string hint;
  std::vector<std::string> known;
  for (const ParameterSpec& spec : specs) known.push_back(spec.name);
  for (const auto& [key, text] : stage.parameters) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    problems.push_back(fmt::format("{} has no parameter '{}'", stage.name, key));
    hint = known.empty() ? stage.name + " takes no parameters" : unknown_name_hint(key, known);
  }
  Parameters result;
  result.owner_ = stage.name;
  for (const ParameterSpec& spec : specs) {
    const auto given = std::find_if(stage.parameters.begin(), stage.parameters.end(),
                                    [&](const auto& pair) { return pair.first == spec.name; });
    const std::string text = given == stage.parameters.end() ? result.default_of(spec) : given->second;
    if (text.empty()) {
      problems.push_back(fmt::format("{} needs {}=…", stage.name, spec.name));
      continue;
    }
    if (is_word(spec, text)) {
      result.values_.push_back({spec.name, spec.type, text, {}, true});
      continue;
    }
    try {
      auto [canonical, number] = check_value(spec, text);
      result.values_.push_back({spec.name, spec.type, std::move(canonical), number, false});
    } catch (const UsageError& error) {
      problems.push_back(fmt::format("{}: {}: {}", stage.name, spec.name, error.what()));
      if (hint.empty()) hint = error.hint();
    }
  }
  if (!problems.empty()) throw UsageError(fmt::format("{}", fmt::join(problems, "; ")), hint);
  return result;
}

/// The default, given what stands before the parameter.
std::string Parameters::default_of(const ParameterSpec& spec) const {
  for (const Value& value : values_)
    for (const auto& [choice, text] : spec.default_by.texts)
      if (value.name == spec.default_by.parameter && value.text == choice) return text;
  return spec.default_value;
}

const Parameters::Value& Parameters::find(const std::string& name, ParameterType type) const {
  for (const Value& value : values_)
    if (value.name == name && value.type == type) return value;
  throw InternalError(fmt::format("{} has no parameter '{}' of that type", owner_, name));
}

std::int64_t Parameters::integer(const std::string& name) const {
  const auto value = optional_integer(name);
  if (!value) throw InternalError(fmt::format("{}: '{}' is no number", owner_, name));
  return *value;
}
Fraction Parameters::fraction(const std::string& name) const {
  const auto value = optional_fraction(name);
  if (!value) throw InternalError(fmt::format("{}: '{}' is no number", owner_, name));
  return *value;
}
std::optional<Fraction> Parameters::optional_fraction(const std::string& name) const {
  const Value& value = find(name, ParameterType::fraction);
  return value.is_word ? std::nullopt : std::optional(value.number);
}
std::optional<std::int64_t> Parameters::optional_integer(const std::string& name) const {
  const Value& value = find(name, ParameterType::integer);
  return value.is_word ? std::nullopt : std::optional(value.number.numerator());
}
const std::string& Parameters::choice(const std::string& name) const {
  return find(name, ParameterType::choice).text;
}
const std::string& Parameters::text(const std::string& name) const {
  for (const Value& value : values_)
    if (value.name == name) return value.text;
  throw InternalError(fmt::format("{} has no parameter '{}'", owner_, name));
}
bool Parameters::flag(const std::string& name) const {
  return find(name, ParameterType::flag).number.numerator() == 1;
}

Stage Parameters::stage() const {
  Stage result{owner_, {}};
  for (const Value& value : values_) result.parameters.emplace_back(value.name, value.text);
  return result;
}

Json Parameters::to_json() const {
  Json json = Json::object();
  for (const Value& value : values_) {
    if (value.is_word)
      json[value.name] = value.text;
    else if (value.type == ParameterType::integer)
      json[value.name] = value.number.numerator();
    else if (value.type == ParameterType::flag)
      json[value.name] = value.number.numerator() == 1;
    else
      json[value.name] = value.text;
  }
  return json;
}

}  // namespace vitrobust
