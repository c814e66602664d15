#include "eval/attention_doubt.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

constexpr double kFarBelow = 0.5;

struct CleanAccuracy {
  double accuracy = 0;
  double most = 0;  ///< upper end of the 95 % interval
};

std::optional<CleanAccuracy> clean_accuracy(const Json& report) {
  for (const Json& row : report.at("rows")) {
    if (row.at("kind") != "clean" || !row.at("accuracy").is_number()) continue;
    return CleanAccuracy{row.at("accuracy").get<double>(), row.at("ci95").at(1).get<double>()};
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t-");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

std::optional<double> number_after(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return std::nullopt;
  const std::string_view text = trimmed(line.substr(key.size()));
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || !(value >= 0 && value <= 100))
    return std::nullopt;
  return value > 1 ? value / 100 : value;
}

}  // namespace

std::optional<double> card_accuracy(const std::string& weights_path) {
  constexpr int kMostLines = 2000;
  std::ifstream card(fs::path(weights_path).parent_path() / "README.md");
  std::string line;
  if (!std::getline(card, line) || !line.starts_with("---")) return std::nullopt;
  bool in_index = false;
  bool in_accuracy = false;
  for (int number = 0; number < kMostLines && std::getline(card, line) && !line.starts_with("---");
       ++number) {
    const std::string_view text = trimmed(line);
    in_index |= text == "model-index:";
    if (!in_index) continue;
    if (text.starts_with("type:")) in_accuracy = text == "type: accuracy";
    const auto value = number_after(text, "value:");
    if (in_accuracy && value) return value;
  }
  return std::nullopt;
}

std::vector<std::string> attention_doubts(std::span<const Json> reports,
                                          std::span<const std::optional<double>> card_accuracies) {
  std::vector<std::string> warnings(reports.size());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const std::optional<CleanAccuracy> own = clean_accuracy(reports[i]);
    if (!own || reports[i].at("model").value("attention_source", "") != "assumed") continue;
    double expected = card_accuracies[i].value_or(0);
    std::string whose = "its card claims";
    for (std::size_t other = 0; other < reports.size(); ++other) {
      const std::optional<CleanAccuracy> theirs = clean_accuracy(reports[other]);
      if (other == i || !theirs || theirs->accuracy <= expected) continue;
      expected = theirs->accuracy;
      whose = fmt::format("{} reaches", reports[other].at("model").at("name").get<std::string>());
    }
    if (own->most >= kFarBelow * expected) continue;
    warnings[i] = fmt::format(
        "clean accuracy is {:.1f} % where {} {:.1f} %, and attention was assumed to be standard: if the "
        "model was "
        "trained with another formulation, name it with --attention",
        100 * own->accuracy, whose, 100 * expected);
  }
  return warnings;
}

}  // namespace vitrobust::eval
