#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrobust {

/// One step of a condition as the user wrote it: a name and key=value pairs, not yet checked against any
/// table.
struct Stage {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;

  friend bool operator==(const Stage&, const Stage&) = default;
};

/// What is done to an image before it is classified; `clean` is the single stage of that name.
struct ConditionSpec {
  std::vector<Stage> stages;

  /// The text that parses to this spec.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const ConditionSpec&, const ConditionSpec&) = default;
};

/// Parses the grammar shared by all tables:
///
///     condition = stage *( "+" stage )
///     stage     = name [ ":" pair *( "," pair ) ]
///     pair      = key "=" value
///
/// Names and keys are lower-case letters, digits, '_' and '-'; values are anything without ',', '+' and '='
/// but an exponent's sign ("1e+3").
/// @throws UsageError that says what was expected and at which character
ConditionSpec parse_condition(std::string_view text);

}  // namespace vitrobust
