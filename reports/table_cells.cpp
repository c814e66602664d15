#include "reports/table_cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/fraction.h"
#include "core/terminal.h"
#include "reports/condition_label.h"

namespace vitrobust::reports {
namespace {

constexpr std::size_t kSeverities = 5;
constexpr std::size_t kNamedMatches = 3;

constexpr const char* kNotEvaluated = "not evaluated";

/// The aggregates that a table of all conditions ends with.
constexpr std::array<const char*, 7> kShownAggregates = {"mean_corruption_accuracy", "mce", "relative_mce",
                                                         "mean_flip_probability",    "mfr", "mt5d",
                                                         "worst_case_accuracy"};

std::vector<Json> stages_of(const Json& condition) {
  const auto found = condition.find("stages");
  if (found == condition.end() || !found->is_array()) return {condition};
  return {found->begin(), found->end()};
}

bool same_value(const Json& value, const std::string& wanted) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text == wanted) return true;
  try {
    return Fraction::parse(text) == Fraction::parse(wanted);
  } catch (const UsageError&) {
    return false;  // not numbers, and not the same text
  }
}

bool stage_matches(const Json& stage, const Stage& wanted) {
  if (!stage.is_object() || !stage.contains("name") || stage.at("name") != wanted.name) return false;
  return std::ranges::all_of(wanted.parameters, [&](const auto& parameter) {
    const auto found = stage.find(parameter.first);
    return found != stage.end() && same_value(*found, parameter.second);
  });
}

/// What a reader must know of a row's figure, or why it has none.
std::vector<std::string> notes_of(const RowView& row) {
  std::vector<std::string> notes;
  if (!row.error.empty()) return {fmt::format("failed: {}", printable(row.error))};
  if (const std::uint64_t tried = row.n + row.n_failed; tried < row.n_planned)
    notes.push_back(fmt::format("only {} of {} images were evaluated", tried, row.n_planned));
  if (row.n_failed > 0)
    notes.push_back(fmt::format("{} of {} images failed (not counted), the first: {}", row.n_failed,
                                row.n_planned, printable(row.first_failure)));
  return notes;
}

ResolvedFigure figure_of(const RowView& row) {
  ResolvedFigure figure;
  const bool sequence = row.kind == CellKind::perturbation;
  figure.row = &row;
  figure.lower_is_better = sequence;
  figure.value = sequence ? row.flip_probability : row.accuracy;
  figure.interval = sequence ? row.flip_probability_ci95 : row.ci95;
  figure.n = row.n;
  figure.notes = notes_of(row);
  if (!figure.value && figure.notes.empty()) figure.notes.emplace_back("no image was evaluated");
  return figure;
}

ResolvedFigure without(std::string reason) {
  ResolvedFigure figure;
  figure.notes.push_back(std::move(reason));
  return figure;
}

ResolvedFigure resolve_condition(const ReportView& report, const ConditionSpec& condition) {
  std::vector<const RowView*> found;
  for (const RowView& row : report.rows)
    if (matches(row, condition)) found.push_back(&row);
  if (found.empty()) return without(kNotEvaluated);
  if (found.size() == 1) return figure_of(*found.front());
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < std::min(found.size(), kNamedMatches); ++i)
    ids.push_back(printable(found[i]->id));
  return without(fmt::format("{} cells are {}: {}{}; a layout file can name one", found.size(),
                             printable(condition.text()), fmt::join(ids, ", "),
                             found.size() > kNamedMatches ? " …" : ""));
}

/// The mean over severities 1 to 5, which has no interval here: the severities share their images.
ResolvedFigure resolve_severities(const ReportView& report, const ConditionSpec& condition) {
  const std::string name = condition.stages.front().name;
  std::set<std::string> severities;
  double sum = 0;
  ResolvedFigure figure{.value = {},
                        .interval = {},
                        .row = nullptr,
                        .lower_is_better = false,
                        .n = 0,
                        .n_conditions = kSeverities,
                        .notes = {}};
  for (const RowView& row : report.rows) {
    if (row.kind != CellKind::corruption || !matches(row, condition)) continue;
    if (!row.accuracy || !notes_of(row).empty())
      return without(fmt::format("{} has a cell that failed or is incomplete", printable(row.id)));
    if (!severities.insert(severity_of(row)).second)
      return without(fmt::format("{} has several cells of one severity", printable(name)));
    if (figure.n != 0 && figure.n != row.n)
      return without(fmt::format("the severities of {} are not of the same images", printable(name)));
    figure.n = row.n;
    sum += *row.accuracy;
  }
  if (severities.empty()) return without(kNotEvaluated);
  if (severities != std::set<std::string>{"1", "2", "3", "4", "5"})
    return without(fmt::format("{} has severities {} only: no mean over five", printable(name),
                               fmt::join(severities, ", ")));
  figure.value = sum / static_cast<double>(kSeverities);
  return figure;
}

/// Why a run does not have an aggregate.
std::string why_absent(const std::string& id) {
  if (id.starts_with("ce/") || id == "mce" || id == "relative_mce")
    return "no mCE: it needs a model of ImageNet's 1000 classes and the fifteen corruptions at five "
           "severities "
           "under ImageNet's parameters";
  if (id == "worst_case_accuracy") return "no attack evaluated";
  return fmt::format("the run has no {}", aggregate_title(id));
}

ResolvedFigure resolve_aggregate(const ReportView& report, const std::string& id) {
  const auto found = std::ranges::find(report.aggregates, id, &AggregateView::id);
  if (found == report.aggregates.end()) {
    ResolvedFigure figure = without(why_absent(id));
    figure.lower_is_better = lower_is_better(id);
    return figure;
  }
  ResolvedFigure figure{.value = found->value,
                        .interval = found->ci95,
                        .row = nullptr,
                        .lower_is_better = lower_is_better(id),
                        .n = found->n,
                        .n_conditions = found->n_conditions,
                        .notes = {}};
  if (!found->left_out.empty()) {
    figure.notes.push_back(fmt::format("without {}: failed or incomplete", left_out_label(report, *found)));
  } else if (!found->value) {
    figure.notes.push_back(fmt::format("{} could not be computed", aggregate_title(id)));
  }
  if (found->value && !found->baseline.empty()) {
    const std::string protocol =
        found->protocol == "memory" ? "; corrupted in memory, where the baseline saw JPEG files, which are "
                                      "easier (--protocol published)"
        : found->protocol == "published" ? "; through the JPEG of the published files"
                                         : "";
    figure.notes.push_back(
        fmt::format("divided by the figures of {}{}", printable(found->baseline), protocol));
  }
  if (found->value && id == "mean_corruption_accuracy")
    figure.notes.push_back(fmt::format("over {} corruption cells; not mCE", found->n_conditions));
  return figure;
}

bool worth_showing(const ReportSet& set, const std::string& id) {
  return std::ranges::any_of(set.models, [&](const ModelReport& model) {
    const auto found = std::ranges::find(model.view.aggregates, id, &AggregateView::id);
    return found != model.view.aggregates.end() && found->n_conditions + found->left_out.size() > 1;
  });
}

/// Severities of one corruption in their order, corruptions in the order of the plans.
void stand_together(std::vector<const RowView*>& rows) {
  std::vector<std::string> order;
  const std::vector<const RowView*> among = rows;
  const auto place = [&](const RowView* row) {
    const std::string label = condition_label(*row, among);
    auto found = std::ranges::find(order, label);
    if (found == order.end()) found = order.insert(order.end(), label);
    return std::pair(found - order.begin(), severity_of(*row));
  };
  for (const RowView* row : rows) place(row);
  std::ranges::stable_sort(rows, {}, place);
}

}  // namespace

bool matches(const RowView& row, const ConditionSpec& condition) {
  const std::vector<Json> stages = stages_of(row.condition);
  if (stages.size() != condition.stages.size()) return false;
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (!stage_matches(stages[i], condition.stages[i])) return false;
  return true;
}

std::string line_label(const RowView& row, std::span<const RowView* const> among) {
  if (row.kind == CellKind::clean) return "clean";
  const std::string severity = severity_of(row);
  std::string label = condition_label(row, among);
  if (!severity.empty()) label += " " + severity;
  if (row.kind == CellKind::perturbation) label += ", flips";
  return label;
}

ResolvedFigure resolve(const ReportView& report, const ColumnSpec& column) {
  switch (column.source) {
    case ColumnSpec::Source::row: {
      const RowView* const row = find_row(report, column.row_id);
      return row == nullptr ? without(kNotEvaluated) : figure_of(*row);
    }
    case ColumnSpec::Source::condition:
      return resolve_condition(report, column.condition);
    case ColumnSpec::Source::severities:
      return resolve_severities(report, column.condition);
    case ColumnSpec::Source::aggregate:
      return resolve_aggregate(report, column.aggregate);
  }
  throw InternalError("a column of an unknown source");
}

std::vector<ColumnSpec> all_columns(const ReportSet& set) {
  std::vector<const RowView*> rows;
  std::set<std::string> ids;
  for (const ModelReport& model : set.models)
    for (const RowView& row : model.view.rows)
      if (ids.insert(row.id).second) rows.push_back(&row);
  std::vector<ColumnSpec> columns;
  for (const CellKind kind : {CellKind::clean, CellKind::corruption, CellKind::perturbation, CellKind::attack,
                              CellKind::corruption_attack, CellKind::legacy_attack}) {
    std::vector<const RowView*> of_kind;
    std::ranges::copy_if(rows, std::back_inserter(of_kind),
                         [&](const RowView* row) { return row->kind == kind; });
    if (kind == CellKind::corruption) stand_together(of_kind);
    for (const RowView* row : of_kind)
      columns.push_back(
          {.title = line_label(*row, of_kind), .group = std::string(to_string(kind)), .row_id = row->id});
  }
  for (const char* id : kShownAggregates)
    if (worth_showing(set, id))
      columns.push_back({.title = aggregate_title(id),
                         .group = "over conditions",
                         .source = ColumnSpec::Source::aggregate,
                         .aggregate = id});
  return columns;
}

}  // namespace vitrobust::reports
