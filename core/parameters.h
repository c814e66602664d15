#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/condition.h"
#include "core/fraction.h"
#include "core/json.h"

namespace vitrobust {

enum class ParameterType { integer, fraction, choice, flag };

/// Defaults that follow a choice: where `parameter` has the value texts[i].first, texts[i].second.
struct DefaultByChoice {
  std::string parameter;
  std::vector<std::pair<std::string, std::string>> texts;
};

/// One parameter of an entry of a table: feeds parsing, validation, `vitrobust list`, --help and the docs.
struct ParameterSpec {
  std::string name;
  ParameterType type = ParameterType::integer;
  /// Text of the default; empty: the parameter must be given.
  std::string default_value;
  std::string help = {};
  /// Allowed range of numbers, both ends included.
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Allowed texts of a choice.
  std::vector<std::string> choices = {};
  /// A default of its own for values of a choice that stands earlier in the table; others get default_value.
  DefaultByChoice default_by = {};
  /// Words that may stand in the place of a number, such as "none".
  std::vector<std::string> words = {};
};

/// The checked parameters of one stage, defaults filled in, in the order of the table.
class Parameters {
 public:
  /// Checks a stage against its table entry; reports every problem at once.
  /// @throws UsageError
  static Parameters resolve(const Stage& stage, std::span<const ParameterSpec> specs);

  /// @throws InternalError when the table has no such parameter of that type
  [[nodiscard]] std::int64_t integer(const std::string& name) const;
  [[nodiscard]] Fraction fraction(const std::string& name) const;
  /// The number, or nothing where a word stands in its place.
  [[nodiscard]] std::optional<Fraction> optional_fraction(const std::string& name) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(const std::string& name) const;
  [[nodiscard]] const std::string& choice(const std::string& name) const;
  /// The canonical text of a value of any type: of a number, its digits or the word in its place.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] bool flag(const std::string& name) const;

  /// The stage with every parameter written out in canonical form.
  [[nodiscard]] Stage stage() const;
  /// {"eps": "8/255", "steps": 20, …}: fractions as exact text, integers as numbers.
  [[nodiscard]] Json to_json() const;

 private:
  struct Value {
    std::string name;
    ParameterType type;
    std::string text;
    Fraction number;
    bool is_word = false;
  };
  [[nodiscard]] std::string default_of(const ParameterSpec& spec) const;
  [[nodiscard]] const Value& find(const std::string& name, ParameterType type) const;

  std::string owner_;
  std::vector<Value> values_;
};

}  // namespace vitrobust
