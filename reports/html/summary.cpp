#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "reports/condition_label.h"
#include "reports/html/curves.h"
#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/table.h"
#include "reports/table_layout.h"

namespace vitrobust::reports::html {
namespace {

constexpr std::array<const char*, 5> kHeadline = {"mean_corruption_accuracy", "mce", "mean_flip_probability",
                                                  "mfr", "worst_case_accuracy"};

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>()
                            : found->dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string line(const std::string& label, const std::optional<double>& value,
                 const std::optional<Interval>& interval, const std::string& unit) {
  std::string text =
      "<dt>" + escape(label) + "</dt><dd><strong>" + (value ? figure_text(*value) + unit : "–") + "</strong>";
  if (value && interval)
    text += fmt::format("<small>[{}, {}]</small>", figure_text(interval->low), figure_text(interval->high));
  return text + "</dd>";
}

std::string card(const ReportSet& set, std::size_t index) {
  const ModelReport& model = set.models[index];
  const Json& about = model.report.at("model");
  std::string attention = escape(text_at(about, "attention"));
  if (!attention.empty() && text_at(about, "attention_source") == "assumed") attention += " (assumed)";
  std::string text =
      fmt::format("<section class=\"card {}\"><h3>{}</h3><p class=\"note\">{}{}{}</p><dl>",
                  model_class(index), escape(model.name), escape(text_at(about, "architecture")),
                  attention.empty() ? "" : ", attention: ", attention);
  if (const RowView* clean = clean_row(model))
    text += line("clean accuracy", clean->accuracy, clean->ci95, " %");
  for (const char* id : kHeadline) {
    const auto found = std::ranges::find(model.view.aggregates, id, &AggregateView::id);
    if (found == model.view.aggregates.end()) continue;
    const bool proportion = found->baseline.empty();
    text += line(aggregate_title(id), found->value, found->ci95, proportion ? " %" : "");
  }
  return text + "</dl></section>\n";
}

/// What a reader must know before the figures: guard rails, cells that failed, runs that broke off.
std::string findings(const ModelReport& model) {
  std::string text;
  const auto add = [&](const std::string& finding) {
    text += "<p class=\"warning\">" + escape(model.name + ": " + finding) + "</p>\n";
  };
  if (model.view.status == "interrupted") add("the run was interrupted; cells may be missing or incomplete");
  for (const GuardRail& rail : model.view.guard_rails)
    add(fmt::format("guard rail {} ({}){}: {}", rail.id, rail.is_error ? "error" : "warning",
                    rail.row.empty() ? "" : ", " + cell_label(model.view, rail.row), rail.text));
  for (const std::string& warning : model.view.warnings) add(warning);
  std::map<std::string, std::vector<std::string>> cells_with;
  for (const RowView& row : model.view.rows) {
    if (!row.error.empty()) add(fmt::format("{} failed: {}", cell_label(model.view, row.id), row.error));
    for (const std::string& note : row.notes) cells_with[note].push_back(row.id);
    if (row.n_failed > 0)
      add(fmt::format("{}: {} of {} images failed, the first: {}", cell_label(model.view, row.id),
                      row.n_failed, row.n_planned, row.first_failure));
  }
  for (const auto& [note, cells] : cells_with)
    add(fmt::format("{}{}: {}", cell_label(model.view, cells.front()),
                    cells.size() == 1 ? "" : fmt::format(" and {} more", cells.size() - 1), note));
  return text;
}

}  // namespace

std::string summary_section(const ReportSet& set) {
  std::string text = "<div class=\"cards\">\n";
  for (std::size_t model = 0; model < set.models.size(); ++model) text += card(set, model);
  text += "</div>\n";
  std::string all;
  for (const ModelReport& model : set.models) all += findings(model);
  if (all.empty())
    return text + "<p class=\"note\">No warnings: every cell is complete and no guard rail spoke up.</p>\n";
  return text + "<h2 id=\"findings\">Read first</h2>\n" + all;
}

}  // namespace vitrobust::reports::html
