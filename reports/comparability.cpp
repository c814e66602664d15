#include "reports/comparability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/json_differences.h"
#include "core/terminal.h"

namespace vitrobust::reports {
namespace {

constexpr std::size_t kMostDifferences = 5;

JsonSides sides(const RunData& first, const RunData& second) {
  return {.first = "in " + first.name, .second = "in " + second.name};
}

/// What has to be equal: the configuration less what a comparison is about or may vary.
Json essence(const Json& report) {
  Json kept = report.at("config");
  // Lanes and kernels are how matrix products are computed: they change no more than the rounding.
  for (const char* free : {"model", "seed", "lanes", "kernels", "search_kernels", "conditions", "dataset"})
    kept.erase(free);
  if (const auto preprocess = kept.find("preprocess"); preprocess != kept.end() && preprocess->is_object()) {
    // The normalisation is inside the classifier.
    preprocess->erase("mean");
    preprocess->erase("std");
  }
  const Json& dataset = report.at("dataset");
  for (const char* key : {"fingerprint", "class_order", "n_evaluated"})
    if (dataset.contains(key)) kept["dataset"][key] = dataset.at(key);
  // Says the same once more.
  if (kept.contains("samples")) kept["dataset"].erase("n_evaluated");
  return kept;
}

/// What of a condition makes it the same threat: names, severities, norms and radii of its stages.
Json threat_of(const Json& condition) {
  Json threat = Json::array();
  const auto add = [&](const Json& stage) {
    Json kept = Json::object();
    for (const char* key : {"name", "severity", "norm", "eps"})
      if (stage.is_object() && stage.contains(key)) kept[key] = stage.at(key);
    threat.push_back(kept);
  };
  if (const auto stages = condition.find("stages"); stages != condition.end() && stages->is_array())
    for (const Json& stage : *stages) add(stage);
  else
    add(condition);
  return threat;
}

/// The same threat under another id, which is then an attack with other parameters.
const RowView* disguised(const RowView& row, const ReportView& among, const ReportView& own) {
  const Json threat = threat_of(row.condition);
  for (const RowView& candidate : among.rows)
    if (find_row(own, candidate.id) == nullptr && candidate.kind == row.kind &&
        threat_of(candidate.condition) == threat)
      return &candidate;
  return nullptr;
}

}  // namespace

std::vector<std::string> incomparable(const RunData& first, const RunData& second) {
  const JsonSides in = sides(first, second);
  std::vector<std::string> found = json_differences(essence(first.report), essence(second.report), in);
  for (const RowView& row : first.view.rows) {
    const RowView* other = find_row(second.view, row.id);
    if (other == nullptr) other = disguised(row, second.view, first.view);
    if (other == nullptr) continue;
    for (const std::string& difference : json_differences(row.condition, other->condition, in))
      found.push_back(fmt::format("{}: {}", row.id, difference));
  }
  for (std::string& line : found) line = printable(line);
  return found;
}

std::vector<std::string> caveats(const RunData& first, const RunData& second) {
  std::vector<std::string> found;
  const auto config_seed = [](const RunData& run) {
    const auto seed = run.report.at("config").find("seed");
    return seed == run.report.at("config").end() ? std::string("unknown") : seed->dump();
  };
  if (config_seed(first) != config_seed(second))
    found.push_back(fmt::format(
        "the seeds differ ({} in {}, {} in {}): corruptions and attacks drew other random numbers",
        config_seed(first), first.name, config_seed(second), second.name));
  const auto version = [](const RunData& run) {
    const Json& tool = run.report.at("tool");
    return tool.contains("version") && tool.at("version").is_string() ? tool.at("version").get<std::string>()
                                                                      : std::string("unknown");
  };
  if (version(first) != version(second))
    found.push_back(printable(
        fmt::format("made by different versions of vitrobust ({} and {})", version(first), version(second))));
  return found;
}

void require_comparable(const RunData& first, const RunData& second) {
  std::vector<std::string> found = incomparable(first, second);
  if (found.empty()) return;
  const std::size_t hidden = found.size() > kMostDifferences ? found.size() - kMostDifferences : 0;
  found.resize(found.size() - hidden);
  if (hidden > 0) found.push_back(fmt::format("and {} more", hidden));
  throw InputError(
      {}, fmt::format("{} and {} cannot be compared: {}", first.name, second.name, fmt::join(found, "; ")),
      "evaluate both models under the same configuration");
}

}  // namespace vitrobust::reports
