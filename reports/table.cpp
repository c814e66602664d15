#include "reports/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/terminal.h"
#include "reports/condition_label.h"
#include "reports/console_lines.h"
#include "reports/table_cells.h"

namespace vitrobust::reports {
namespace {

/// Numbers footnotes in the order in which they are first needed; models with the same one share it.
class Footnotes {
 public:
  std::size_t add(std::size_t model, const std::string& text) {
    auto found = std::ranges::find(notes_, text, &Note::text);
    if (found == notes_.end()) found = notes_.insert(notes_.end(), {text, {}});
    found->models.insert(model);
    return static_cast<std::size_t>(found - notes_.begin()) + 1;
  }

  [[nodiscard]] std::vector<std::string> lines(const std::vector<std::string>& names) const {
    std::vector<std::string> lines;
    for (const Note& note : notes_) {
      std::vector<std::string> concerned;
      for (const std::size_t model : note.models) concerned.push_back(names[model]);
      const bool all = concerned.size() == names.size();
      lines.push_back(all ? note.text : fmt::format("{}: {}", fmt::join(concerned, ", "), note.text));
    }
    return lines;
  }

 private:
  struct Note {
    std::string text;
    std::set<std::size_t> models;
  };
  std::vector<Note> notes_;
};

/// Whether models that have a figure have it of the same samples and as many conditions.
bool is_comparable(const TableColumn& column, const ReportSet& set) {
  const TableFigure* first = nullptr;
  for (std::size_t model = 0; model < column.figures.size(); ++model) {
    const TableFigure& figure = column.figures[model];
    if (!figure.value) continue;
    if (first == nullptr) first = &figure;
    if (figure.n != first->n || figure.n_conditions != first->n_conditions) return false;
    if (!same_data(set.models[model].view, set.models.front().view)) return false;
  }
  return true;
}

/// Bold where no other figure is better as printed, and one at least is worse.
void mark_best(TableColumn& column) {
  std::vector<long> printed;
  for (const TableFigure& figure : column.figures)
    if (figure.value) printed.push_back(std::lround(*figure.value * 1000));
  if (printed.empty()) return;
  const auto [least, most] = std::ranges::minmax(printed);
  if (least == most) return;
  const long best = column.lower_is_better ? least : most;
  for (TableFigure& figure : column.figures)
    figure.best = figure.value && std::lround(*figure.value * 1000) == best;
}

std::string data_note(const ReportSet& set) {
  const auto data_of = [](const ModelReport& model) {
    std::uint64_t most = 0;
    for (const RowView& row : model.view.rows) most = std::max(most, row.n_planned);
    return fmt::format("{} images of {}", most, printable(model.view.dataset));
  };
  const std::string data = data_of(set.models.front());
  const bool same = std::ranges::all_of(set.models, [&](const ModelReport& model) {
    return data_of(model) == data && same_data(model.view, set.models.front().view);
  });
  if (same) return fmt::format("n = {}.", data);
  std::vector<std::string> each;
  for (const ModelReport& model : set.models)
    each.push_back(fmt::format("{}: n = {}", model.name, data_of(model)));
  return fmt::format(
      "The models were not evaluated on the same data ({}): figures are not ranked across data.",
      fmt::join(each, "; "));
}

/// What the figures are, in the words of the metrics that occur.
std::string metric_note(const TableLayout& layout) {
  bool errors = false;
  bool accuracies = false;
  for (const ColumnSpec& column : layout.columns) {
    const bool error = column.source == ColumnSpec::Source::aggregate && lower_is_better(column.aggregate);
    (error ? errors : accuracies) = true;
  }
  if (errors && accuracies)
    return "Accuracy in % (higher is better); errors, their ratios and flips times 100 (lower is better, ↓).";
  return errors ? "Errors and their ratios times 100; lower is better." : "Accuracy in %; higher is better.";
}

bool has_legacy_attacks(const ModelReport& model) {
  return std::ranges::any_of(model.view.rows,
                             [](const RowView& row) { return row.kind == CellKind::legacy_attack; });
}

std::vector<std::string> notes_of(const ReportSet& set, const TableLayout& layout, const Table& table) {
  std::vector<std::string> notes = {metric_note(layout), data_note(set)};
  const auto any = [&](auto predicate) {
    return std::ranges::any_of(table.columns, [&](const TableColumn& column) {
      return std::ranges::any_of(column.figures, predicate);
    });
  };
  if (any(&TableFigure::best))
    notes.emplace_back("Bold: the best figure as printed, ties included, by however little.");
  if (set.baseline && !set.paired.empty())
    notes.push_back(
        fmt::format("▲ better, ▼ worse than {} on the same images: exact McNemar test, p ≤ {} after Holm's "
                    "correction over {} "
                    "comparisons; means and ratios are not tested.",
                    set.models[*set.baseline].name, kAlpha, set.paired.size()));
  if (set.baseline)
    for (const std::string& reason : set.unpaired) notes.push_back(reason + ".");
  for (const ModelReport& model : set.models) {
    if (model.view.status == "interrupted") notes.push_back(model.name + ": the run was interrupted.");
    for (const GuardRail& rail : model.view.guard_rails)
      notes.push_back(
          fmt::format("{}: guard rail {}: {}", model.name, printable(rail.id), printable(rail.text)));
    for (const std::string& warning : model.view.warnings)
      notes.push_back(fmt::format("{}: warning: {}", model.name, printable(warning)));
  }
  if (std::ranges::any_of(set.models, has_legacy_attacks))
    notes.emplace_back(
        "normspace-legacy: attacked in normalised space, where eps means something else; comparable with no "
        "other "
        "attack.");
  return notes;
}

Mark mark_of(const ReportSet& set, std::size_t model, const ResolvedFigure& resolved) {
  if (resolved.row == nullptr || resolved.row->kind == CellKind::perturbation) return Mark::none;
  const PairedCell* paired = set.find_paired(model, resolved.row->id);
  if (paired == nullptr || paired->adjusted > kAlpha || paired->difference == 0) return Mark::none;
  return paired->difference > 0 ? Mark::better : Mark::worse;
}

}  // namespace

std::string figure_text(double value) {
  const std::string text = fmt::format("{:.1f}", 100 * value);
  return text == "-0.0" ? "0.0" : text;
}

Table make_table(const ReportSet& set, const TableLayout& wanted) {
  TableLayout layout = wanted;
  if (layout.columns.empty()) layout.columns = all_columns(set);
  Table table{.layout = layout.name,
              .models_are_columns = layout.models_are_columns,
              .models = {},
              .columns = {},
              .footnotes = {},
              .notes = {}};
  for (const ModelReport& model : set.models) table.models.push_back(model.name);
  Footnotes footnotes;
  for (const ColumnSpec& spec : layout.columns) {
    TableColumn column{.title = printable(spec.title), .group = printable(spec.group)};
    for (std::size_t model = 0; model < set.models.size(); ++model) {
      const ResolvedFigure resolved = resolve(set.models[model].view, spec);
      column.lower_is_better = column.lower_is_better || resolved.lower_is_better;
      TableFigure figure{.value = resolved.value,
                         .interval = resolved.interval,
                         .best = false,
                         .mark = Mark::none,
                         .footnotes = {},
                         .n = resolved.n,
                         .n_conditions = resolved.n_conditions};
      figure.mark = mark_of(set, model, resolved);
      for (const std::string& note : resolved.notes) figure.footnotes.push_back(footnotes.add(model, note));
      column.figures.push_back(std::move(figure));
    }
    if (is_comparable(column, set)) mark_best(column);
    table.columns.push_back(std::move(column));
  }
  table.footnotes = footnotes.lines(table.models);
  table.notes = notes_of(set, layout, table);
  return table;
}

}  // namespace vitrobust::reports
