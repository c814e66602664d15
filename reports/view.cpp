#include "reports/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

const Json& member(const Json& object, const std::string& key, const std::string& where) {
  if (!object.is_object()) throw_json_type(where, {}, "expected an object, got " + json_type_name(object));
  const auto found = object.find(key);
  if (found == object.end()) throw_json_type(where, key, "is missing");
  return *found;
}

[[noreturn]] void throw_expected(const std::string& where, const std::string& key,
                                 const std::string& expected, const Json& got) {
  throw_json_type(
      where, key,
      fmt::format("should be {}, got {}", expected, got.is_number() ? got.dump() : json_type_name(got)));
}

/// The library would turn -1 and 2.5 into counts without a word.
std::uint64_t count_at(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_number_unsigned() && !(value.is_number_integer() && value.get<std::int64_t>() >= 0))
    throw_expected(where, key, "a count", value);
  return value.get<std::uint64_t>();
}

double proportion(const Json& value, const std::string& key, const std::string& where) {
  if (!value.is_number()) throw_expected(where, key, "a number in [0, 1]", value);
  const auto number = value.get<double>();
  if (!(number >= 0 && number <= 1)) throw_expected(where, key, "a number in [0, 1]", value);
  return number;
}

std::optional<double> proportion_or_null(const Json& object, const std::string& key,
                                         const std::string& where) {
  const Json& value = member(object, key, where);
  if (value.is_null()) return std::nullopt;
  return proportion(value, key, where);
}

std::optional<double> magnitude_or_null(const Json& object, const std::string& key,
                                        const std::string& where) {
  const Json& value = member(object, key, where);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number() || !(value.get<double>() >= 0))
    throw_expected(where, key, "a number of at least 0", value);
  return value.get<double>();
}

/// A ratio may be above 1, and the relative mCE below 0.
std::optional<double> number_or_null(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number()) throw_expected(where, key, "a number", value);
  return value.get<double>();
}

std::optional<Interval> interval_or_null(const Json& object, const std::string& key,
                                         const std::string& where) {
  const Json& value = member(object, key, where);
  if (value.is_null()) return std::nullopt;
  if (!value.is_array() || value.size() != 2) throw_expected(where, key, "two numbers", value);
  const Interval interval{.low = proportion(value[0], key, where), .high = proportion(value[1], key, where)};
  if (interval.low > interval.high) throw_json_type(where, key, "has its ends the wrong way round");
  return interval;
}

const Json& array_at(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_array()) throw_expected(where, key, "an array", value);
  return value;
}

const Json& object_at(const Json& object, const std::string& key, const std::string& where) {
  const Json& value = member(object, key, where);
  if (!value.is_object()) throw_expected(where, key, "an object", value);
  return value;
}

std::vector<std::string> strings_at(const Json& object, const std::string& key, const std::string& where) {
  std::vector<std::string> strings;
  for (const Json& value : array_at(object, key, where)) {
    if (!value.is_string()) throw_expected(where, key, "an array of strings", value);
    strings.push_back(value.get<std::string>());
  }
  return strings;
}

CellKind kind_at(const Json& row, const std::string& where) {
  const auto text = json_get<std::string>(row, "kind", where);
  for (const CellKind kind : {CellKind::clean, CellKind::corruption, CellKind::perturbation, CellKind::attack,
                              CellKind::corruption_attack, CellKind::legacy_attack}) {
    if (text == to_string(kind)) return kind;
  }
  throw_json_type(where, "kind", fmt::format("is '{}', which is none of ours", text));
}

void read_figures(const Json& row, const std::string& where, RowView& view) {
  if (!member(row, "correct", where).is_null()) view.correct = count_at(row, "correct", where);
  view.accuracy = proportion_or_null(row, "accuracy", where);
  view.ci95 = interval_or_null(row, "ci95", where);
  view.top5 = proportion_or_null(row, "top5", where);
  view.mean_loss = magnitude_or_null(row, "mean_loss", where);
  if (view.kind == CellKind::perturbation) {
    view.flip_probability = proportion_or_null(row, "flip_probability", where);
    view.flip_probability_ci95 = interval_or_null(row, "flip_probability_ci95", where);
    view.top5_distance = magnitude_or_null(row, "top5_distance", where);
  }
  if (!is_attacked(view.kind)) return;
  if (!member(row, "clean_correct", where).is_null())
    view.clean_correct = count_at(row, "clean_correct", where);
  view.clean_accuracy = proportion_or_null(row, "clean_accuracy", where);
  view.success_rate = proportion_or_null(row, "success_rate", where);
  view.linf_max = magnitude_or_null(row, "linf_max", where);
  view.l2_mean = magnitude_or_null(row, "l2_mean", where);
  view.queries_mean = magnitude_or_null(row, "queries_mean", where);
}

RowView view_row(const Json& row, const std::string& source, std::size_t index) {
  const auto id = json_get<std::string>(row, "id", fmt::format("{}: row {}", source, index));
  const std::string where = fmt::format("{}: row '{}'", source, id);
  RowView view;
  view.id = id;
  view.kind = kind_at(row, where);
  view.condition = object_at(row, "condition", where);
  view.n = count_at(row, "n", where);
  view.n_planned = count_at(row, "n_planned", where);
  view.n_failed = count_at(row, "n_failed", where);
  for (const Json& sample : array_at(row, "failed_samples", where)) {
    view.failed_ids.push_back(count_at(sample, "id", where + ": failed_samples"));
    const auto error = json_get<std::string>(sample, "error", where + ": failed_samples");
    if (view.first_failure.empty()) view.first_failure = error;
  }
  read_figures(row, where, view);
  if (view.correct.value_or(0) > view.n) throw_json_type(where, "correct", "is more than 'n'");
  if (!member(row, "error", where).is_null()) view.error = json_get<std::string>(row, "error", where);
  view.notes = strings_at(row, "notes", where);
  return view;
}

/// Errors divided by AlexNet's on corrupted images.
bool is_corruption_ratio(const std::string& aggregate_id) {
  return aggregate_id.starts_with("ce/") || aggregate_id == "mce" || aggregate_id == "relative_mce";
}

/// Figures that are no proportions: ratios to a baseline's, and distances.
bool is_unbounded(const std::string& aggregate_id) {
  return is_corruption_ratio(aggregate_id) || aggregate_id.starts_with("fr/") ||
         aggregate_id.starts_with("t5d/") || aggregate_id == "mfr" || aggregate_id == "mt5d" ||
         aggregate_id == "ut5d";
}

std::optional<Interval> ratio_interval_or_null(const Json& object, const std::string& key,
                                               const std::string& where) {
  const Json& value = member(object, key, where);
  if (value.is_null()) return std::nullopt;
  if (!value.is_array() || value.size() != 2 || !value[0].is_number() || !value[1].is_number())
    throw_expected(where, key, "two numbers", value);
  return Interval{.low = value[0].get<double>(), .high = value[1].get<double>()};
}

AggregateView view_aggregate(const Json& aggregate, const std::string& source, std::size_t index) {
  AggregateView view;
  view.id = json_get<std::string>(aggregate, "id", fmt::format("{}: aggregate {}", source, index));
  const std::string where = fmt::format("{}: aggregate '{}'", source, view.id);
  view.baseline = json_get_or<std::string>(aggregate, "baseline", "", where);
  if (is_unbounded(view.id)) {
    view.value = number_or_null(aggregate, "value", where);
    view.ci95 = ratio_interval_or_null(aggregate, "ci95", where);
    if (is_corruption_ratio(view.id)) view.protocol = json_get<std::string>(aggregate, "protocol", where);
  } else {
    view.value = proportion_or_null(aggregate, "value", where);
    view.ci95 = interval_or_null(aggregate, "ci95", where);
  }
  view.n = count_at(aggregate, "n", where);
  view.n_conditions = count_at(aggregate, "n_conditions", where);
  view.left_out = strings_at(aggregate, "conditions_left_out", where);
  return view;
}

void check_version(const Json& report, const std::string& source) {
  const std::uint64_t version = count_at(report, "schema_version", source);
  if (version > kSchemaVersion)
    throw InputError(source,
                     fmt::format("'schema_version' is {}, newer than the {} that this vitrobust understands",
                                 version, kSchemaVersion),
                     "use the vitrobust that wrote it, or a newer one");
  if (version == 0) throw_json_type(source, "schema_version", "is 0; the first version is 1");
}

}  // namespace

const RowView* find_row(const ReportView& report, std::string_view id) {
  const auto found = std::ranges::find(report.rows, id, &RowView::id);
  return found == report.rows.end() ? nullptr : &*found;
}

ReportView view_report(const Json& report, const std::string& source) {
  check_version(report, source);
  ReportView view;
  view.status = json_get<std::string>(report, "status", source);
  for (const char* key : {"tool", "config", "volatile"}) object_at(report, key, source);
  view.model = json_get<std::string>(object_at(report, "model", source), "name", source + ": model");
  const Json& dataset = object_at(report, "dataset", source);
  view.dataset = json_get<std::string>(dataset, "spec", source + ": dataset");
  view.fingerprint = json_get<std::string>(dataset, "fingerprint", source + ": dataset");
  json_get<std::string>(report, "config_hash", source);
  std::set<std::string> ids;
  for (const Json& row : array_at(report, "rows", source)) {
    view.rows.push_back(view_row(row, source, view.rows.size()));
    if (!ids.insert(view.rows.back().id).second)
      throw InputError(source, fmt::format("two rows are called '{}'", view.rows.back().id));
  }
  for (const Json& aggregate : array_at(report, "aggregates", source))
    view.aggregates.push_back(view_aggregate(aggregate, source, view.aggregates.size()));
  for (const Json& rail : array_at(report, "guard_rails", source))
    view.guard_rails.push_back(
        guard_rail_from(rail, fmt::format("{}: guard rail {}", source, view.guard_rails.size())));
  view.warnings = strings_at(report, "warnings", source);
  return view;
}

}  // namespace vitrobust::reports
