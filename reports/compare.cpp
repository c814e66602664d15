#include "reports/compare.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/terminal.h"
#include "reports/comparability.h"
#include "reports/condition_label.h"
#include "reports/power.h"

namespace vitrobust::reports {
namespace {

std::vector<std::string> missing_from(const ReportView& view, const ReportView& other) {
  std::vector<std::string> missing;
  for (const RowView& row : view.rows)
    if (find_row(other, row.id) == nullptr) missing.push_back(row.id);
  return missing;
}

std::string label_of(const RowView& row, const ReportView& view) {
  std::vector<const RowView*> all;
  for (const RowView& other : view.rows) all.push_back(&other);
  const std::string severity = severity_of(row);
  return condition_label(row, all) + (severity.empty() ? "" : " s" + severity);
}

/// The outcomes of those samples that both have classified.
std::vector<Outcome> classified_in_both(const std::vector<Outcome>& own, const std::vector<Outcome>& other) {
  std::vector<Outcome> kept;
  auto at = other.begin();
  for (const Outcome& outcome : own) {
    while (at != other.end() && at->sample_id < outcome.sample_id) ++at;
    if (at == other.end()) break;
    if (at->sample_id == outcome.sample_id && outcome.error.empty() && at->error.empty())
      kept.push_back(outcome);
  }
  return kept;
}

/// The protocol of the runs' figures against AlexNet; empty where one of them has none.
std::string protocol_of(const ReportView& view) {
  for (const AggregateView& aggregate : view.aggregates)
    if (aggregate.id.starts_with("ce/") || aggregate.id == "mce") return aggregate.protocol;
  return {};
}

class Comparer {
 public:
  Comparer(const RunData& first, const RunData& second, const CompareSettings& settings)
      : first_(first), second_(second) {
    result_.first = first.name;
    result_.second = second.name;
    result_.settings = settings;
    result_.paired = first.outcomes && second.outcomes;
    const std::string protocol = protocol_of(first.view);
    if (protocol.empty() || protocol != protocol_of(second.view)) return;
    of_first_.compare_with_alexnet(protocol);
    of_second_.compare_with_alexnet(protocol);
  }

  Comparison compare() {
    add_notes();
    for (const RowView& row : first_.view.rows)
      if (const RowView* other = find_row(second_.view, row.id)) compare_cell(row, *other);
    result_.only_first = missing_from(first_.view, second_.view);
    result_.only_second = missing_from(second_.view, first_.view);
    if (result_.paired && result_.settings.aggregates)
      result_.aggregates = compare_aggregates(of_first_, of_second_);
    correct_together({&result_, 1});
    return std::move(result_);
  }

 private:
  void add_notes() {
    for (const auto* run : {&first_, &second_}) {
      if (!run->outcomes)
        result_.notes.push_back(fmt::format(
            "{} has no outcomes, only its report.json: the tests are unpaired and see only larger "
            "differences",
            run->name));
      if (run->view.status != "complete")
        result_.notes.push_back(printable(fmt::format("{} is {}", run->name, run->view.status)));
    }
    for (std::string& note : caveats(first_, second_)) result_.notes.push_back(std::move(note));
  }

  static std::string obstacle(const RunData& run, const RowView& row) {
    if (!row.error.empty()) return printable(fmt::format("failed in {}: {}", run.name, row.error));
    if (!row.correct || row.n == 0) return fmt::format("nothing was classified in {}", run.name);
    return {};
  }

  void compare_cell(const RowView& first, const RowView& second) {
    if (first.kind == CellKind::perturbation) {
      // Sequences of frames have no accuracy; their figures are compared as aggregates.
      if (result_.paired && first.error.empty() && second.error.empty())
        add_to_aggregates(first, first_.outcomes(first), second_.outcomes(second));
      return;
    }
    CellComparison cell;
    cell.id = first.id;
    cell.label = label_of(first, first_.view);
    cell.not_compared = obstacle(first_, first);
    if (cell.not_compared.empty()) cell.not_compared = obstacle(second_, second);
    if (cell.not_compared.empty()) {
      if (result_.paired)
        pair(first, second, cell);
      else
        take_for_independent(first, second, cell);
    }
    result_.cells.push_back(std::move(cell));
  }

  /// Of the same samples on both sides, so that the aggregates are of the same images.
  void add_to_aggregates(const RowView& row, const std::vector<Outcome>& first,
                         const std::vector<Outcome>& second) {
    if (!result_.settings.aggregates) return;
    Cell cell;
    cell.id = row.id;
    cell.kind = row.kind;
    cell.condition = row.condition;
    of_first_.add(cell, classified_in_both(first, second));
    of_second_.add(cell, classified_in_both(second, first));
  }

  void pair(const RowView& first, const RowView& second, CellComparison& cell) {
    const std::vector<Outcome> a = first_.outcomes(first);
    const std::vector<Outcome> b = second_.outcomes(second);
    add_to_aggregates(first, a, b);
    cell.pairing = pair_outcomes(a, b, first.id);
    const PairedCounts& counts = cell.pairing.counts;
    const std::uint64_t n = counts.n();
    if (n == 0) {
      cell.not_compared = "no sample was classified in both";
      return;
    }
    cell.paired = true;
    cell.first = {.correct = counts.right_in_first(), .n = n};
    cell.second = {.correct = counts.right_in_second(), .n = n};
    cell.difference = paired_difference(counts);
    cell.ci95 = newcombe_paired_interval(counts);
    const McNemar test = mcnemar(counts);
    cell.p = test.exact;
    cell.mid_p = test.mid_p;
    cell.p_worse = test.second_is_worse;
    const double discordance = static_cast<double>(counts.discordant()) / static_cast<double>(n);
    cell.smallest_detectable = paired_difference_for(n, discordance);
  }

  static void take_for_independent(const RowView& first, const RowView& second, CellComparison& cell) {
    cell.first = {.correct = *first.correct, .n = first.n};
    cell.second = {.correct = *second.correct, .n = second.n};
    cell.difference = static_cast<double>(cell.second.correct) / static_cast<double>(second.n) -
                      static_cast<double>(cell.first.correct) / static_cast<double>(first.n);
    cell.ci95 = newcombe_unpaired_interval(cell.first, cell.second);
    const ScoreTest test = score_test(cell.first, cell.second);
    cell.p = test.two_sided;
    cell.p_worse = test.second_is_worse;
  }

  const RunData& first_;
  const RunData& second_;
  Comparison result_;
  Aggregator of_first_;
  Aggregator of_second_;
};

}  // namespace

Comparison compare_runs(const RunData& first, const RunData& second, const CompareSettings& settings) {
  return Comparer(first, second, settings).compare();
}

void correct_together(std::span<Comparison> comparisons) {
  std::vector<CellComparison*> cells;
  std::vector<double> p_values;
  for (Comparison& comparison : comparisons)
    for (CellComparison& cell : comparison.cells) {
      if (!cell.not_compared.empty()) continue;
      cells.push_back(&cell);
      p_values.push_back(cell.p);
    }
  if (cells.empty()) return;
  const std::vector<double> adjusted = adjust(p_values, comparisons.front().settings.correction);
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i]->p_adjusted = adjusted[i];
}

}  // namespace vitrobust::reports
