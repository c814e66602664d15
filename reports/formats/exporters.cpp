// The result shapes of three tools of the field, for scripts that read them. Only what was measured is filled
// in; a figure that these shapes have no place for is left out, and nothing is renamed into another metric.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "core/error.h"
#include "reports/formats/csv_text.h"
#include "reports/formats/format.h"
#include "reports/table_cells.h"

namespace vitrobust::reports {
namespace {

constexpr double kMainCorruptionCells = 75;

/// One model's object, or of several models an object of them by name.
std::string per_model(const ReportSet& set, const std::function<Json(const ModelReport&)>& shape) {
  if (set.models.size() == 1) return dump_json(shape(set.models.front()));
  Json all = Json::object();
  for (const ModelReport& model : set.models) all[model.name] = shape(model);
  return dump_json(all);
}

/// RobustBench writes percent as text with two decimals.
std::string percent_text(double proportion) {
  return fmt::format("{:.2f}", 100 * proportion);
}

const RowView* clean_row(const ReportView& view) {
  for (const RowView& row : view.rows)
    if (row.kind == CellKind::clean && row.accuracy) return &row;
  return nullptr;
}

const AggregateView* aggregate(const ReportView& view, std::string_view id) {
  for (const AggregateView& candidate : view.aggregates)
    if (candidate.id == id && candidate.value) return &candidate;
  return nullptr;
}

Json text_or_null(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? Json(nullptr) : *found;
}

Json robustbench_shape(const ModelReport& model) {
  Json shape = {{"link", nullptr},
                {"name", model.name},
                {"authors", nullptr},
                {"additional_data", nullptr},
                {"number_forward_passes", 1},
                {"dataset", text_or_null(model.report.at("dataset"), "layout")},
                {"venue", nullptr},
                {"architecture", text_or_null(model.report.at("model"), "architecture")}};
  const RowView* clean = clean_row(model.view);
  shape["clean_acc"] = clean == nullptr ? Json(nullptr) : Json(percent_text(*clean->accuracy));
  for (const RowView& row : model.view.rows) {
    if (row.kind != CellKind::attack || !row.accuracy || !matches(row, parse_condition("autoattack")))
      continue;
    if (shape.contains("autoattack_acc"))
      throw InputError(model.name,
                       "has several AutoAttack cells, and RobustBench's shape has a place for one",
                       "report a run with one of them");
    shape["eps"] = text_or_null(row.condition, "eps");
    shape["autoattack_acc"] = percent_text(*row.accuracy);
  }
  const AggregateView* corruptions = aggregate(model.view, "mean_corruption_accuracy");
  if (corruptions != nullptr && static_cast<double>(corruptions->n_conditions) == kMainCorruptionCells)
    shape["corruptions_acc"] = percent_text(*corruptions->value);
  if (const AggregateView* mce = aggregate(model.view, "mce"); mce != nullptr)
    shape["corruptions_mce"] = percent_text(*mce->value);
  return shape;
}

/// Sample standard deviation of right-or-wrong scores over √n, with Bessel's correction, as the harness has
/// it.
Json standard_error(double accuracy, std::uint64_t n) {
  if (n < 2) return "N/A";
  return std::sqrt(accuracy * (1 - accuracy) / static_cast<double>(n - 1));
}

Json lm_eval_shape(const ModelReport& model) {
  Json results = Json::object();
  Json versions = Json::object();
  Json shots = Json::object();
  Json higher = Json::object();
  Json samples = Json::object();
  Json configs = Json::object();
  for (const RowView& row : model.view.rows) {
    if (!row.accuracy) continue;
    results[row.id] = {{"alias", row.id},
                       {"acc,none", *row.accuracy},
                       {"acc_stderr,none", standard_error(*row.accuracy, row.n)}};
    if (row.top5) results[row.id]["acc_top5,none"] = *row.top5;
    configs[row.id] = {{"task", row.id}, {"metadata", row.condition}};
    versions[row.id] = kSchemaVersion;
    shots[row.id] = 0;
    higher[row.id] = {{"acc", true}};
    samples[row.id] = {{"original", row.n_planned}, {"effective", row.n}};
  }
  const Json& config = model.report.at("config");
  return {{"results", std::move(results)},
          {"configs", std::move(configs)},
          {"versions", std::move(versions)},
          {"n-shot", std::move(shots)},
          {"higher_is_better", std::move(higher)},
          {"n-samples", std::move(samples)},
          {"config",
           {{"model", "vitrobust"},
            {"model_args", text_or_null(model.report.at("model"), "options")},
            {"random_seed", text_or_null(config, "seed")},
            {"model_dtype", text_or_null(config, "precision")},
            {"model_sha", text_or_null(model.report.at("model"), "sha256")}}},
          {"git_hash", text_or_null(model.report.at("tool"), "git")},
          {"date", text_or_null(model.report.at("volatile"), "started")},
          {"model_name", model.name},
          {"config_hash", model.report.at("config_hash")}};
}

/// A field of the model's preprocessing as CSV, empty where the report does not say.
std::string preprocess_field(const ModelReport& model, const char* key) {
  const auto preprocess = model.report.at("model").find("preprocess");
  if (preprocess == model.report.at("model").end() || !preprocess->is_object()) return {};
  const Json value = text_or_null(*preprocess, key);
  if (value.is_string()) return csv_text(value.get<std::string>());
  return value.is_number() ? value.dump() : std::string();
}

std::string timm_record(const ModelReport& model) {
  const RowView* clean = clean_row(model.view);
  if (clean == nullptr)
    throw InputError(model.name, "has no clean cell, and timm's results are clean accuracies",
                     "add --condition clean to the run");
  const auto percent = [](double proportion) { return fmt::format("{:.4f}", 100 * proportion); };
  const Json parameters = text_or_null(model.report.at("model"), "parameters");
  const bool counted = parameters.is_number();
  return csv_record({csv_text(model.name), percent(*clean->accuracy), percent(1 - *clean->accuracy),
                     clean->top5 ? percent(*clean->top5) : "", clean->top5 ? percent(1 - *clean->top5) : "",
                     counted ? fmt::format("{:.2f}", parameters.get<double>() / 1e6) : "",
                     preprocess_field(model, "height"), preprocess_field(model, "crop_pct"),
                     preprocess_field(model, "interpolation")});
}

}  // namespace

std::string render_robustbench(const ReportSet& set, const RenderOptions& /*options*/) {
  return per_model(set, robustbench_shape);
}

std::string render_lm_eval(const ReportSet& set, const RenderOptions& /*options*/) {
  return per_model(set, lm_eval_shape);
}

std::string render_timm(const ReportSet& set, const RenderOptions& /*options*/) {
  std::string text = csv_record({"model", "top1", "top1_err", "top5", "top5_err", "param_count", "img_size",
                                 "crop_pct", "interpolation"});
  for (const ModelReport& model : set.models) text += timm_record(model);
  return text;
}

}  // namespace vitrobust::reports
