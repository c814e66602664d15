#include "reports/console_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "core/terminal.h"
#include "reports/condition_label.h"
#include "reports/text_layout.h"

namespace vitrobust::reports {
namespace {

constexpr const char* kFlips =
    "flips: frames whose prediction differs from that on the frame before, under noise from that on the "
    "first; "
    "the fewer the better";

constexpr const char* kLegacy =
    "NORMSPACE-LEGACY: attacked in normalised space, without clipping, as some published tables were; "
    "comparable "
    "with those alone and with no other line (docs/threat-models.md)";

constexpr const char* kMemoryProtocol =
    "corrupted in memory; AlexNet was measured on JPEG files, which are easier (--protocol published)";

/// One condition as the reports have it; nullptr where a report lacks it.
struct Entry {
  std::vector<const RowView*> rows;

  [[nodiscard]] const RowView& any() const {
    return **std::ranges::find_if(rows, [](const RowView* row) { return row != nullptr; });
  }
};

/// Numbers footnotes in the order in which they are first needed; equal ones of several models share one.
class Footnotes {
 public:
  std::size_t add(std::size_t model, const std::string& text) {
    auto found = std::ranges::find(notes_, text, &Note::text);
    if (found == notes_.end()) found = notes_.insert(notes_.end(), {text, {}});
    if (std::ranges::find(found->models, model) == found->models.end()) found->models.push_back(model);
    return static_cast<std::size_t>(found - notes_.begin()) + 1;
  }

  [[nodiscard]] std::vector<std::string> lines(std::span<const std::string> names) const {
    std::vector<std::string> lines;
    for (const Note& note : notes_) {
      std::vector<std::string> concerned;
      for (const std::size_t model : note.models) concerned.push_back(names[model]);
      const bool all = concerned.size() == names.size();
      lines.push_back(fmt::format("{} {}{}", superscript(lines.size() + 1),
                                  all ? "" : fmt::format("{}: ", fmt::join(concerned, ", ")), note.text));
    }
    return lines;
  }

 private:
  struct Note {
    std::string text;
    std::vector<std::size_t> models;
  };
  std::vector<Note> notes_;
};

bool same_samples(const RowView& a, const RowView& b) {
  return a.n == b.n && a.n_planned == b.n_planned && a.failed_ids == b.failed_ids;
}

std::string footnote_of(const RowView& row) {
  if (!row.error.empty()) return printable(row.error);
  std::string text;
  if (const std::uint64_t tried = row.n + row.n_failed; tried < row.n_planned)
    text = fmt::format("only {} of {} images were evaluated", tried, row.n_planned);
  if (row.n_failed > 0)
    text += fmt::format("{}{} of {} images failed (not counted), the first: {}", text.empty() ? "" : "; ",
                        row.n_failed, row.n_planned, printable(row.first_failure));
  return text;
}

/// Builds the lines from all reports at once.
class LineBuilder {
 public:
  LineBuilder(std::span<const ReportView> reports, std::span<const std::string> names)
      : reports_(reports), names_(names) {
    same_data_ = std::ranges::all_of(
        reports, [&](const ReportView& report) { return same_data(report, reports.front()); });
    collect_entries();
  }

  ConsoleLines build() {
    for (const Entry* entry : of_kind(CellKind::clean)) result_.lines.push_back(line_of(*entry, "clean"));
    add_corruptions();
    add_sequences();
    add_attacks(CellKind::attack);
    add_attacks(CellKind::corruption_attack);
    add_attacks(CellKind::legacy_attack);
    add_aggregates();
    result_.footnotes = footnotes_.lines(names_);
    return std::move(result_);
  }

 private:
  void collect_entries() {
    std::map<std::string, std::size_t> at;
    for (std::size_t model = 0; model < reports_.size(); ++model) {
      for (const RowView& row : reports_[model].rows) {
        const auto [found, is_new] = at.try_emplace(row.id, entries_.size());
        if (is_new) entries_.push_back({std::vector<const RowView*>(reports_.size(), nullptr)});
        entries_[found->second].rows[model] = &row;
      }
    }
  }

  [[nodiscard]] std::vector<const Entry*> of_kind(CellKind kind) const {
    std::vector<const Entry*> found;
    for (const Entry& entry : entries_) {
      if (entry.any().kind == kind) found.push_back(&entry);
    }
    return found;
  }

  ConsoleFigure figure_of(std::size_t model, const RowView* row) {
    ConsoleFigure figure;
    if (row == nullptr) {
      figure.instead = "–";
      return figure;
    }
    const bool sequence = row->kind == CellKind::perturbation;
    figure.value = sequence ? row->flip_probability : row->accuracy;
    figure.interval = sequence ? row->flip_probability_ci95 : row->ci95;
    figure.n = row->n;
    if (!figure.value) figure.instead = row->error.empty() ? "–" : "failed";
    if (const std::string note = footnote_of(*row); !note.empty())
      figure.footnote = footnotes_.add(model, note);
    return figure;
  }

  [[nodiscard]] const RowView* clean_row() const {
    const auto clean = of_kind(CellKind::clean);
    return clean.empty() ? nullptr : clean.front()->rows.front();
  }

  [[nodiscard]] std::optional<double> difference_of(const Entry& entry) const {
    const bool single = reports_.size() == 1;
    if (reports_.size() > 2 || !same_data_) return std::nullopt;
    const RowView* from = single ? clean_row() : entry.rows[0];
    const RowView* to = single ? entry.rows[0] : entry.rows[1];
    if (from == nullptr || to == nullptr || from == to) return std::nullopt;
    if (!same_samples(*from, *to)) return std::nullopt;
    if (from->flip_probability && to->flip_probability)
      return *to->flip_probability - *from->flip_probability;
    if (!from->accuracy || !to->accuracy) return std::nullopt;
    return *to->accuracy - *from->accuracy;
  }

  [[nodiscard]] bool is_comparable(const ConsoleLine& line) const {
    const ConsoleFigure* first = nullptr;
    for (const ConsoleFigure& figure : line.figures) {
      if (!figure.value) continue;
      if (first == nullptr) first = &figure;
      if (figure.n != first->n || figure.n_conditions != first->n_conditions) return false;
    }
    return same_data_;
  }

  ConsoleLine line_of(const Entry& entry, std::string label) {
    ConsoleLine line;
    line.label = std::move(label);
    line.severity = severity_of(entry.any());
    for (std::size_t model = 0; model < reports_.size(); ++model)
      line.figures.push_back(figure_of(model, entry.rows[model]));
    line.comparable = is_comparable(line);
    line.difference = difference_of(entry);
    return line;
  }

  /// The line below the severities of one corruption; a mean is shown only where every severity has a figure.
  [[nodiscard]] ConsoleLine mean_of(std::span<const ConsoleLine> lines) const {
    const auto n = static_cast<double>(lines.size());
    ConsoleLine mean;
    mean.severity = "mean";
    for (std::size_t model = 0; model < reports_.size(); ++model) {
      ConsoleFigure figure{.value = 0.0, .interval = {}, .instead = "–"};
      for (const ConsoleLine& line : lines) {
        const auto value = line.figures[model].value;
        figure.value = figure.value && value ? std::optional(*figure.value + *value / n) : std::nullopt;
      }
      mean.figures.push_back(figure);
    }
    mean.comparable = std::ranges::all_of(lines, &ConsoleLine::comparable);
    mean.difference = 0;
    for (const ConsoleLine& line : lines)
      mean.difference = mean.difference && line.difference
                            ? std::optional(*mean.difference + *line.difference / n)
                            : std::nullopt;
    return mean;
  }

  void add_rule() {
    result_.lines.push_back({.rule = true, .label = {}, .severity = {}, .figures = {}, .difference = {}});
  }

  void add_corruptions() {
    const auto entries = of_kind(CellKind::corruption);
    const auto rows = any_rows(entries);
    std::vector<std::pair<std::string, std::vector<const Entry*>>> groups;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string label = condition_label(*rows[i], rows);
      auto group = std::ranges::find(groups, label, [](const auto& pair) { return pair.first; });
      if (group == groups.end()) group = groups.insert(groups.end(), {label, {}});
      group->second.push_back(entries[i]);
    }
    std::size_t before = 0;
    for (auto& [label, group] : groups) {
      // Corruptions of a single severity stand together.
      if (before != 1 || group.size() > 1) add_rule();
      before = group.size();
      std::ranges::stable_sort(group, {}, [](const Entry* entry) { return severity_of(entry->any()); });
      std::vector<ConsoleLine> lines;
      for (const Entry* entry : group) lines.push_back(line_of(*entry, lines.empty() ? label : ""));
      if (lines.size() > 1) lines.push_back(mean_of(lines));
      std::ranges::move(lines, std::back_inserter(result_.lines));
    }
  }

  void add_sequences() {
    const auto entries = of_kind(CellKind::perturbation);
    const auto rows = any_rows(entries);
    if (entries.empty()) return;
    add_rule();
    result_.remarks.emplace_back(kFlips);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      result_.lines.push_back(line_of(*entries[i], condition_label(*rows[i], rows) + ", flips"));
      result_.lines.back().lower_is_better = true;
    }
  }

  void add_attacks(CellKind kind) {
    const auto entries = of_kind(kind);
    const auto rows = any_rows(entries);
    if (!entries.empty()) add_rule();
    if (!entries.empty() && kind == CellKind::legacy_attack) result_.remarks.emplace_back(kLegacy);
    for (std::size_t i = 0; i < entries.size(); ++i)
      result_.lines.push_back(line_of(*entries[i], condition_label(*rows[i], rows)));
  }

  [[nodiscard]] static std::vector<const RowView*> any_rows(const std::vector<const Entry*>& entries) {
    std::vector<const RowView*> rows;
    for (const Entry* entry : entries) rows.push_back(&entry->any());
    return rows;
  }

  void add_aggregates() {
    struct Shown {
      const char* id;
      const char* label;
      bool lower_is_better = false;
    };
    bool ruled = false;
    for (const auto& [id, label, lower_is_better] :
         {Shown{"mean_corruption_accuracy", "mean over corruptions"},
          Shown{"mce", "mCE (AlexNet: 100)", true}, Shown{"relative_mce", "relative mCE", true},
          Shown{"mean_flip_probability", "mean flip probability", true},
          Shown{"mfr", "mFR (baseline: 100)", true}, Shown{"mt5d", "mT5D (baseline: 100)", true},
          Shown{"worst_case_accuracy", "worst case over attacks"}}) {
      ConsoleLine line = aggregate_line(id, label);
      if (line.label.empty()) continue;
      line.lower_is_better = lower_is_better;
      if (!std::exchange(ruled, true)) add_rule();
      result_.lines.push_back(std::move(line));
    }
  }

  /// Over a single condition an aggregate only repeats a row: the line comes back without a label.
  ConsoleLine aggregate_line(const std::string& id, const char* label) {
    ConsoleLine line;
    std::vector<const AggregateView*> found;
    for (std::size_t model = 0; model < reports_.size(); ++model) {
      const auto& all = reports_[model].aggregates;
      const auto at = std::ranges::find(all, id, &AggregateView::id);
      found.push_back(at == all.end() ? nullptr : &*at);
      line.figures.push_back(aggregate_figure(model, found.back()));
      if (found.back() != nullptr && found.back()->n_conditions + found.back()->left_out.size() > 1)
        line.label = label;
    }
    line.comparable = is_comparable(line);
    const bool both = reports_.size() == 2 && line.figures[0].value && line.figures[1].value;
    if (both && line.comparable && found[0]->left_out == found[1]->left_out)
      line.difference = *found[1]->value - *found[0]->value;
    const RowView* clean = reports_.size() == 1 ? clean_row() : nullptr;
    const bool accuracy = id.ends_with("_accuracy");
    if (accuracy && clean != nullptr && found[0] != nullptr && clean->accuracy && found[0]->value &&
        clean->n == found[0]->n)
      line.difference = *found[0]->value - *clean->accuracy;
    return line;
  }

  ConsoleFigure aggregate_figure(std::size_t model, const AggregateView* aggregate) {
    ConsoleFigure figure{.value = {}, .interval = {}, .instead = "–"};
    if (aggregate == nullptr) return figure;
    figure.value = aggregate->value;
    figure.interval = aggregate->ci95;
    figure.n = aggregate->n;
    figure.n_conditions = aggregate->n_conditions;
    if (!aggregate->left_out.empty())
      figure.footnote = footnotes_.add(model, fmt::format("without {}, failed or incomplete",
                                                          left_out_label(reports_[model], *aggregate)));
    if (figure.footnote == 0 && aggregate->protocol == "memory" && aggregate->value)
      figure.footnote = footnotes_.add(model, kMemoryProtocol);
    if (aggregate->value && aggregate->protocol.empty() && !aggregate->baseline.empty())
      figure.footnote = footnotes_.add(model, "baseline: " + printable(aggregate->baseline));
    return figure;
  }

  std::span<const ReportView> reports_;
  std::span<const std::string> names_;
  bool same_data_ = false;
  std::vector<Entry> entries_;
  Footnotes footnotes_;
  ConsoleLines result_;
};

}  // namespace

bool same_data(const ReportView& a, const ReportView& b) {
  return a.fingerprint == b.fingerprint;
}

ConsoleLines console_lines(std::span<const ReportView> reports, std::span<const std::string> names) {
  return LineBuilder(reports, names).build();
}

}  // namespace vitrobust::reports
