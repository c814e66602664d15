#include "reports/gate_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/names.h"
#include "core/terminal.h"
#include "reports/compare_words.h"
#include "reports/power.h"

namespace vitrobust::reports {
namespace {

bool matches_any(const std::string& text, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return matches_pattern(text, pattern); });
}

/// A pattern that matches nothing is a misspelt one, and its rule would always pass.
void require_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& ids,
                     const char* what) {
  for (const std::string& pattern : patterns)
    if (std::ranges::none_of(ids, [&](const std::string& id) { return matches_pattern(id, pattern); }))
      throw InputError({},
                       printable(fmt::format("the policy's '{}' matches no {} of the runs", pattern, what)),
                       unknown_name_hint(pattern, ids));
}

double accuracy(const Share& share) {
  return static_cast<double>(share.correct) / static_cast<double>(share.n);
}

/// The share of samples on which the runs differ; where they differ on none, what it may be all the same.
double plausible_discordance(const PairedCounts& counts) {
  if (counts.discordant() == 0) return wilson_interval(0, counts.n()).high;
  return static_cast<double>(counts.discordant()) / static_cast<double>(counts.n());
}

/// Samples that would tell, if the difference is what it looks like: to be shown above -margin, or, where it
/// is not above it, to be shown below 0.
std::optional<std::uint64_t> samples_needed(const CellComparison& cell, double margin, double alpha) {
  if (cell.difference > -margin) {
    return cell.paired ? paired_samples_for_margin(cell.difference,
                                                   plausible_discordance(cell.pairing.counts), margin)
                       : unpaired_samples_for_margin(accuracy(cell.first), accuracy(cell.second), margin);
  }
  if (!cell.paired || cell.difference == 0) return std::nullopt;
  return paired_samples_for(cell.difference, plausible_discordance(cell.pairing.counts),
                            {.alpha = 2 * alpha, .power = 0.8});
}

Check non_inferiority_check(const CellComparison& cell, double p_adjusted, const Rule& rule,
                            const GatePolicy& policy) {
  Check check{.about = cell.label};
  check.text = fmt::format("{} pp, 95 % CI {}", points_text(cell.difference), points_text(cell.ci95));
  if (cell.difference < -rule.margin && p_adjusted <= policy.alpha) {
    check.verdict = Verdict::fail;
    check.text += fmt::format(", worse with {} after Holm", p_text(p_adjusted));
  } else if (cell.ci95.low >= -rule.margin) {
    check.verdict = Verdict::pass;
  } else {
    check.verdict = Verdict::inconclusive;
    check.samples_needed = samples_needed(cell, rule.margin, policy.alpha);
  }
  return check;
}

RuleResult non_inferiority(const Rule& rule, const RuleContext& context) {
  RuleResult result{.rule = rule};
  result.title = fmt::format("no cell more than {} points worse", percent_text(rule.margin));
  std::vector<std::string> ids;
  std::vector<const CellComparison*> cells;
  std::vector<double> p_values;
  for (const CellComparison& cell : context.comparison.cells) {
    ids.push_back(cell.id);
    if (!matches_any(cell.id, rule.cells)) continue;
    cells.push_back(&cell);
    if (cell.not_compared.empty()) p_values.push_back(cell.p_worse);
  }
  require_matches(rule.cells, ids, "cell");
  const std::vector<double> adjusted = adjust(p_values, Correction::holm);
  std::size_t compared = 0;
  for (const CellComparison* cell : cells) {
    if (cell->not_compared.empty())
      result.checks.push_back(non_inferiority_check(*cell, adjusted[compared++], rule, context.policy));
    else
      result.checks.push_back(
          {.about = cell->label, .verdict = Verdict::inconclusive, .text = cell->not_compared});
  }
  return result;
}

/// A figure of the candidate held against a bound.
struct Bounded {
  std::string about;
  std::optional<double> value;
  std::optional<Interval> ci95;
  /// Accuracies have a sample size that would tell.
  bool is_accuracy = false;
};

Check bound_check(const Bounded& figure, const Rule& rule) {
  Check check{.about = figure.about};
  if (!figure.value || !figure.ci95) {
    check.verdict = Verdict::inconclusive;
    check.text = "has no value";
    return check;
  }
  check.text = fmt::format("{} %, 95 % CI {}…{}", percent_text(*figure.value), percent_text(figure.ci95->low),
                           percent_text(figure.ci95->high));
  const bool is_floor = rule.kind == RuleKind::floor;
  const bool passes = is_floor ? figure.ci95->low >= rule.bound : figure.ci95->high <= rule.bound;
  const bool fails = is_floor ? figure.ci95->high < rule.bound : figure.ci95->low > rule.bound;
  check.verdict = passes ? Verdict::pass : fails ? Verdict::fail : Verdict::inconclusive;
  if (check.verdict == Verdict::inconclusive && figure.is_accuracy)
    check.samples_needed = samples_for_threshold(*figure.value, rule.bound);
  return check;
}

RuleResult bound(const Rule& rule, const RuleContext& context) {
  RuleResult result{.rule = rule};
  const ReportView& view = context.candidate.view;
  std::vector<std::string> ids;
  if (rule.aggregates.empty()) {
    for (const RowView& row : view.rows) {
      ids.push_back(row.id);
      if (!matches_any(row.id, rule.cells)) continue;
      const auto cell = std::ranges::find(context.comparison.cells, row.id, &CellComparison::id);
      const std::string label = cell == context.comparison.cells.end() ? printable(row.id) : cell->label;
      result.checks.push_back(bound_check({label, row.accuracy, row.ci95, true}, rule));
    }
    require_matches(rule.cells, ids, "cell");
  } else {
    for (const AggregateView& aggregate : view.aggregates) {
      ids.push_back(aggregate.id);
      if (!matches_any(aggregate.id, rule.aggregates)) continue;
      result.checks.push_back(bound_check(
          {printable(aggregate_label(aggregate.id)), aggregate.value, aggregate.ci95, false}, rule));
    }
    require_matches(rule.aggregates, ids, "aggregate");
  }
  const auto& patterns = rule.aggregates.empty() ? rule.cells : rule.aggregates;
  result.title =
      printable(fmt::format("{} at {} {} %", fmt::join(patterns, ", "),
                            rule.kind == RuleKind::floor ? "least" : "most", percent_text(rule.bound)));
  return result;
}

RuleResult no_guard_rail_errors(const Rule& rule, const RuleContext& context) {
  RuleResult result{.rule = rule, .title = "no guard-rail errors"};
  for (const GuardRail& rail : context.candidate.view.guard_rails) {
    if (!rail.is_error) continue;
    const auto cell = std::ranges::find(context.comparison.cells, rail.row, &CellComparison::id);
    result.checks.push_back(
        {.about = cell == context.comparison.cells.end() ? printable(rail.row) : cell->label,
         .verdict = Verdict::fail,
         .text = printable(rail.text)});
  }
  return result;
}

/// What is wrong with a row of the candidate that was not with the baseline's; empty when nothing is.
std::string new_failure(const RowView& row, const RowView& before) {
  if (!row.error.empty() && before.error.empty()) return "failed: " + row.error;
  if (row.n + row.n_failed < row.n_planned && before.n + before.n_failed >= before.n_planned)
    return fmt::format("only {} of {} samples were evaluated", count_text(row.n + row.n_failed),
                       count_text(row.n_planned));
  if (row.error.empty() && row.n_failed > before.n_failed)
    return fmt::format("{} samples could not be classified, {} in the baseline; the first: {}",
                       count_text(row.n_failed), count_text(before.n_failed), row.first_failure);
  return {};
}

RuleResult no_newly_failing_cells(const Rule& rule, const RuleContext& context) {
  RuleResult result{.rule = rule, .title = "no newly failing cells"};
  for (const RowView& row : context.candidate.view.rows) {
    const RowView* const before = find_row(context.baseline.view, row.id);
    if (before == nullptr) continue;
    const std::string failure = new_failure(row, *before);
    if (failure.empty()) continue;
    const auto cell = std::ranges::find(context.comparison.cells, row.id, &CellComparison::id);
    result.checks.push_back(
        {.about = cell == context.comparison.cells.end() ? printable(row.id) : cell->label,
         .verdict = Verdict::fail,
         .text = printable(failure)});
  }
  return result;
}

}  // namespace

RuleResult apply_rule(const Rule& rule, const RuleContext& context) {
  switch (rule.kind) {
    case RuleKind::non_inferiority:
      return non_inferiority(rule, context);
    case RuleKind::floor:
    case RuleKind::ceiling:
      return bound(rule, context);
    case RuleKind::no_guard_rail_errors:
      return no_guard_rail_errors(rule, context);
    case RuleKind::no_newly_failing_cells:
      return no_newly_failing_cells(rule, context);
  }
  throw InternalError("an unknown rule");
}

}  // namespace vitrobust::reports
