#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitrobust::data {

/// A dataset as the user wrote it: "LAYOUT[:PLACE][,KEY=VALUE…]".
struct DatasetSpec {
  /// Whole, for reports and messages.
  std::string text;
  std::string layout;
  /// A path, or the name of a split; empty when the layout stands alone.
  std::string place;
  std::vector<std::pair<std::string, std::string>> options;

  /// The option's value, or `fallback` when it was not given.
  [[nodiscard]] std::string option(std::string_view key, std::string_view fallback) const;
  /// @throws UsageError for an option that is not among `known` or stands twice
  void check_options(const std::vector<std::string>& known) const;
};

/// Splits a spec. The options start at the first comma that is followed by lower-case letters and '=', so
/// that a path may hold commas.
/// @throws UsageError for an option without '='
DatasetSpec parse_dataset_spec(const std::string& text);

}  // namespace vitrobust::data
