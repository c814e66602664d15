// The long form: a line per model and cell, then a line per model and aggregate, for pandas and R.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string>
#include <vector>

#include "reports/condition_label.h"
#include "reports/formats/csv_text.h"
#include "reports/formats/format.h"

namespace vitrobust::reports {
namespace {

const std::vector<std::string> kColumns = {"model",
                                           "dataset",
                                           "dataset_fingerprint",
                                           "id",
                                           "kind",
                                           "condition",
                                           "severity",
                                           "norm",
                                           "eps",
                                           "n",
                                           "n_planned",
                                           "n_failed",
                                           "correct",
                                           "value",
                                           "ci95_low",
                                           "ci95_high",
                                           "metric",
                                           "top5",
                                           "mean_loss",
                                           "clean_accuracy",
                                           "success_rate",
                                           "linf_max",
                                           "l2_mean",
                                           "queries_mean",
                                           "baseline",
                                           "protocol",
                                           "difference_to",
                                           "difference",
                                           "difference_ci95_low",
                                           "difference_ci95_high",
                                           "p_value",
                                           "p_value_holm",
                                           "error",
                                           "notes"};

/// A parameter of a condition of one stage, as text.
std::string parameter(const Json& condition, const char* name) {
  const auto found = condition.find(name);
  if (found == condition.end()) return {};
  return csv_text(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string count(std::optional<std::uint64_t> value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::string low(const std::optional<Interval>& interval) {
  return interval ? csv_number(interval->low) : std::string();
}
std::string high(const std::optional<Interval>& interval) {
  return interval ? csv_number(interval->high) : std::string();
}

std::vector<std::string> difference_fields(const ReportSet& set, std::size_t model,
                                           const std::string& row_id) {
  const PairedCell* paired = set.find_paired(model, row_id);
  if (paired == nullptr || !set.baseline) return std::vector<std::string>(6);
  return {csv_text(set.models[*set.baseline].name),
          csv_number(paired->difference),
          csv_number(paired->interval.low),
          csv_number(paired->interval.high),
          csv_number(paired->p_value),
          csv_number(paired->adjusted)};
}

std::string row_record(const ReportSet& set, std::size_t index, const RowView& row) {
  const ModelReport& model = set.models[index];
  const bool sequence = row.kind == CellKind::perturbation;
  const std::optional<Interval>& interval = sequence ? row.flip_probability_ci95 : row.ci95;
  const auto name = row.condition.find("name");
  std::vector<std::string> fields = {csv_text(model.name),
                                     csv_text(model.view.dataset),
                                     csv_text(model.view.fingerprint),
                                     csv_text(row.id),
                                     std::string(to_string(row.kind)),
                                     name == row.condition.end() ? "" : parameter(row.condition, "name"),
                                     parameter(row.condition, "severity"),
                                     parameter(row.condition, "norm"),
                                     parameter(row.condition, "eps"),
                                     count(row.n),
                                     count(row.n_planned),
                                     count(row.n_failed),
                                     count(row.correct),
                                     csv_number(sequence ? row.flip_probability : row.accuracy),
                                     low(interval),
                                     high(interval),
                                     sequence ? "flip_probability" : "accuracy",
                                     csv_number(row.top5),
                                     csv_number(row.mean_loss),
                                     csv_number(row.clean_accuracy),
                                     csv_number(row.success_rate),
                                     csv_number(row.linf_max),
                                     csv_number(row.l2_mean),
                                     csv_number(row.queries_mean),
                                     "",
                                     ""};
  for (std::string& field : difference_fields(set, index, row.id)) fields.push_back(std::move(field));
  fields.push_back(csv_text(row.error));
  fields.push_back(csv_text(fmt::format("{}", fmt::join(row.notes, "; "))));
  return csv_record(fields);
}

std::string aggregate_record(const ModelReport& model, const AggregateView& aggregate) {
  std::vector<std::string> fields(kColumns.size());
  fields[0] = csv_text(model.name);
  fields[1] = csv_text(model.view.dataset);
  fields[2] = csv_text(model.view.fingerprint);
  fields[3] = csv_text(aggregate.id);
  fields[4] = "aggregate";
  fields[9] = count(aggregate.n);
  fields[13] = csv_number(aggregate.value);
  fields[14] = low(aggregate.ci95);
  fields[15] = high(aggregate.ci95);
  fields[16] = csv_text(aggregate.id);
  fields[24] = csv_text(aggregate.baseline);
  fields[25] = csv_text(aggregate.protocol);
  if (!aggregate.left_out.empty())
    fields.back() = csv_text(fmt::format("without {}", fmt::join(aggregate.left_out, "; ")));
  return csv_record(fields);
}

}  // namespace

std::string render_csv(const ReportSet& set, const RenderOptions& /*options*/) {
  std::string text = csv_record(kColumns);
  for (std::size_t model = 0; model < set.models.size(); ++model) {
    for (const RowView& row : set.models[model].view.rows) text += row_record(set, model, row);
    for (const AggregateView& aggregate : set.models[model].view.aggregates)
      text += aggregate_record(set.models[model], aggregate);
  }
  return text;
}

}  // namespace vitrobust::reports
