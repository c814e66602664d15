#include "reports/perturbation_baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/names.h"
#include "reports/perturbation_metrics.h"
#include "reports/read_report.h"
#include "reports/view.h"

namespace vitrobust::reports {
namespace {

void check_name(const std::string& sequence, const std::string& path) {
  const auto all = imagenet_p_perturbations();
  const std::vector<std::string> known(all.begin(), all.end());
  if (std::ranges::find(known, sequence) != known.end()) return;
  throw InputError(path, fmt::format("'{}' is no perturbation sequence", sequence),
                   unknown_name_hint(sequence, known));
}

double divisor(double value, double most, const std::string& what, const std::string& path) {
  if (value > 0 && value <= most) return value;
  throw InputError(path, fmt::format("'{}' is {}, expected more than 0 and at most {}", what, value, most),
                   "other figures are divided by it");
}

void add(PerturbationBaseline& baseline, const std::string& sequence, SequenceBaseline figures,
         const std::string& path) {
  check_name(sequence, path);
  divisor(figures.flip_probability, 1, sequence + ".flip_probability", path);
  divisor(figures.top5_distance, kLargestTop5Distance, sequence + ".top5_distance", path);
  baseline.sequences[sequence] = figures;
}

PerturbationBaseline from_figures(const Json& json, const std::string& path) {
  PerturbationBaseline baseline{.name = json_get<std::string>(json, "name", path), .sequences = {}};
  if (baseline.name.empty()) throw InputError(path, "'name' is empty", "say whose figures these are");
  const Json sequences = json_get<Json>(json, "sequences", path);
  for (const auto& [sequence, figures] : sequences.items()) {
    const std::string where = path + ": " + sequence;
    add(baseline, sequence,
        {.flip_probability = json_get<double>(figures, "flip_probability", where),
         .top5_distance = json_get<double>(figures, "top5_distance", where)},
        path);
  }
  return baseline;
}

PerturbationBaseline from_report(const std::string& path) {
  const ReportView report = view_report(read_report(path), path);
  PerturbationBaseline baseline{.name = report.model + " on " + report.dataset, .sequences = {}};
  for (const RowView& row : report.rows) {
    if (row.kind != CellKind::perturbation || row.condition.value("difficulty", 0) != 1) continue;
    if (!row.flip_probability || !row.top5_distance || row.n + row.n_failed < row.n_planned)
      throw InputError(path, fmt::format("row '{}' failed or was interrupted", row.id),
                       "repeat the run; finished cells are not evaluated again");
    add(baseline, row.condition.value("sequence", ""),
        {.flip_probability = *row.flip_probability, .top5_distance = *row.top5_distance}, path);
  }
  return baseline;
}

}  // namespace

std::optional<SequenceBaseline> PerturbationBaseline::find(const std::string& sequence) const {
  const auto found = sequences.find(sequence);
  return found == sequences.end() ? std::nullopt : std::optional(found->second);
}

Json PerturbationBaseline::to_json() const {
  Json json = {{"name", name}, {"sequences", Json::object()}};
  for (const auto& [sequence, figures] : sequences)
    json["sequences"][sequence] = {{"flip_probability", figures.flip_probability},
                                   {"top5_distance", figures.top5_distance}};
  return json;
}

PerturbationBaseline read_perturbation_baseline(const std::string& path) {
  const Json json = read_json(path);
  if (!json.is_object()) throw InputError(path, "expected an object, got " + json_type_name(json));
  PerturbationBaseline baseline =
      json.contains("schema_version") ? from_report(path) : from_figures(json, path);
  if (baseline.sequences.empty())
    throw InputError(path, "holds no perturbation sequence",
                     "run --suite imagenet-p with the baseline's model");
  return baseline;
}

}  // namespace vitrobust::reports
