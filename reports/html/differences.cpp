#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/table_cells.h"

namespace vitrobust::reports::html {
namespace {

constexpr double kWidth = 240;
constexpr double kHeight = 18;

/// Rows of all models by id, with what the tables call them.
std::map<std::string, std::string> labels_of(const ReportSet& set) {
  std::vector<const RowView*> rows;
  for (const ModelReport& model : set.models)
    for (const RowView& row : model.view.rows) rows.push_back(&row);
  std::map<std::string, std::string> labels;
  for (const RowView* row : rows) {
    std::vector<const RowView*> among;
    std::ranges::copy_if(rows, std::back_inserter(among),
                         [&](const RowView* other) { return other->kind == row->kind; });
    if (!labels.contains(row->id)) labels[row->id] = line_label(*row, among);
  }
  return labels;
}

/// The least of 1, 2, 5, 10 … points that every interval fits in, so that charts share an axis.
double reach_of(const ReportSet& set) {
  double reach = 0.01;
  for (const PairedCell& cell : set.paired)
    reach = std::max({reach, std::abs(cell.interval.low), std::abs(cell.interval.high)});
  for (const double step : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5})
    if (reach <= step) return step;
  return 1;
}

bool is_significant(const PairedCell& cell) {
  return cell.adjusted <= kAlpha && cell.difference != 0;
}

std::string verdict_class(const PairedCell& cell) {
  if (!is_significant(cell)) return {};
  return cell.difference > 0 ? "better" : "worse";
}

std::string whisker(const PairedCell& cell, double reach) {
  const auto x = [&](double difference) { return kWidth / 2 * (1 + difference / reach); };
  const std::string colour = !is_significant(cell) ? "var(--muted)"
                             : cell.difference > 0 ? "var(--good)"
                                                   : "var(--bad)";
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2} points, interval {3} to {4}\"><path "
      "class=\"grid\" "
      "d=\"M{5} 0V{1}\"/><path d=\"M{6:.1f} {7}H{8:.1f}\" style=\"stroke:{9};stroke-width:2\"/><circle "
      "cx=\"{10:.1f}\" "
      "cy=\"{7}\" r=\"3.5\" style=\"fill:{9}\"/></svg>",
      kWidth, kHeight, points(cell.difference), points(cell.interval.low), points(cell.interval.high),
      kWidth / 2, x(cell.interval.low), kHeight / 2, x(cell.interval.high), colour, x(cell.difference));
}

std::string p_text(double p) {
  if (p < 0.0001) return "&lt; 0.0001";
  return p == 1 ? "1" : fmt::format("{:.4f}", p);
}

std::string difference_line(const PairedCell& cell, const std::string& label, double reach) {
  return fmt::format(
      "<tr><td>{}</td><td data-v=\"{}\" class=\"{}\">{}</td><td data-v=\"{}\">{} … {}</td><td "
      "class=\"forest\" "
      "data-v=\"{}\">{}</td><td>{}</td><td>{}</td><td data-v=\"{}\">{}</td></tr>\n",
      escape(label), cell.difference, verdict_class(cell), points(cell.difference), cell.interval.low,
      points(cell.interval.low), points(cell.interval.high), cell.difference, whisker(cell, reach),
      cell.counts.only_first, cell.counts.only_second, cell.adjusted, p_text(cell.adjusted));
}

std::string model_table(const ReportSet& set, std::size_t model,
                        const std::map<std::string, std::string>& labels, double reach) {
  std::string lines;
  std::size_t better = 0;
  std::size_t worse = 0;
  std::size_t all = 0;
  for (const PairedCell& cell : set.paired) {
    if (cell.model != model) continue;
    ++all;
    if (is_significant(cell)) ++(cell.difference > 0 ? better : worse);
    lines += difference_line(cell, labels.at(cell.row_id), reach);
  }
  if (lines.empty()) return {};
  return fmt::format(
      "<h3>{} against {}</h3>\n<p>Of {} cells: <span class=\"better\">{} better</span>, <span "
      "class=\"worse\">{} "
      "worse</span>, {} where the images do not tell (p &gt; {}).</p>\n<div class=\"scroll\"><table "
      "class=\"sortable\"><thead><tr><th scope=\"col\">Condition</th><th scope=\"col\">Δ points</th><th "
      "scope=\"col\">95 % interval</th><th scope=\"col\" data-plain>−{} … +{}</th><th scope=\"col\">newly "
      "wrong</th><th "
      "scope=\"col\">newly right</th><th scope=\"col\">p "
      "(Holm)</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
      escape(set.models[model].name), escape(set.models[*set.baseline].name), all, better, worse,
      all - better - worse, kAlpha, std::lround(100 * reach), std::lround(100 * reach), lines);
}

}  // namespace

std::string difference_section(const ReportSet& set) {
  if (!set.baseline) return {};
  std::string text =
      "<h2 id=\"differences\">Paired differences</h2>\n<p class=\"note\">Accuracy less the baseline's, in "
      "percentage "
      "points, image by image. Intervals: Newcombe's for paired proportions, 95 %, each by itself. p: exact "
      "McNemar "
      "test, corrected by Holm for all " +
      std::to_string(set.paired.size()) + " comparisons on this page.</p>\n";
  for (const std::string& reason : set.unpaired) text += "<p class=\"warning\">" + escape(reason) + "</p>\n";
  const auto labels = labels_of(set);
  const double reach = reach_of(set);
  for (std::size_t model = 0; model < set.models.size(); ++model)
    if (model != *set.baseline) text += model_table(set, model, labels, reach);
  return text;
}

}  // namespace vitrobust::reports::html
