#include "reports/condition_label.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/terminal.h"

namespace vitrobust::reports {
namespace {

std::string value_text(const Json& value) {
  return printable(value.is_string() ? value.get<std::string>()
                                     : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string name_of(const Json& stage) {
  const auto found = stage.find("name");
  return found == stage.end() ? std::string() : value_text(*found);
}

/// The stages of a condition: its "stages", or the condition itself.
std::vector<const Json*> stages_of(const Json& condition) {
  std::vector<const Json*> stages;
  const auto found = condition.find("stages");
  if (found == condition.end() || !found->is_array()) return {&condition};
  for (const Json& stage : *found) {
    if (stage.is_object()) stages.push_back(&stage);
  }
  return stages;
}

/// Whether a stage of the same name, among all rows, has another value of the parameter.
bool differs(const Json& stage, const std::string& key, std::span<const RowView* const> among) {
  return std::ranges::any_of(among, [&](const RowView* row) {
    return std::ranges::any_of(stages_of(row->condition), [&](const Json* other) {
      return name_of(*other) == name_of(stage) && (!other->contains(key) || other->at(key) != stage.at(key));
    });
  });
}

std::string stage_label(const Json& stage, std::span<const RowView* const> among, bool with_severity) {
  std::string label = name_of(stage);
  if (const auto sequence = stage.find("sequence"); sequence != stage.end()) label = value_text(*sequence);
  if (const auto attack = stage.find("attack"); attack != stage.end()) label += " " + value_text(*attack);
  if (const auto norm = stage.find("norm"); norm != stage.end()) label += " " + value_text(*norm);
  if (const auto severity = stage.find("severity"); with_severity && severity != stage.end())
    label += " " + value_text(*severity);
  for (const auto& [key, value] : stage.items()) {
    if (key == "name" || key == "norm" || key == "severity" || key == "sequence" || key == "attack" ||
        key == "stages")
      continue;
    if (key == "eps" || differs(stage, key, among)) label += " " + printable(key) + "=" + value_text(value);
  }
  return label;
}

}  // namespace

std::string condition_label(const RowView& row, std::span<const RowView* const> among) {
  const std::vector<const Json*> stages = stages_of(row.condition);
  const bool several = row.kind == CellKind::corruption_attack;
  std::string label;
  for (const Json* stage : stages)
    label += (label.empty() ? "" : " + ") + stage_label(*stage, among, several);
  return label.empty() ? printable(row.id) : label;
}

std::string cell_label(const ReportView& view, const std::string& id) {
  const RowView* row = find_row(view, id);
  if (row == nullptr) return printable(id);
  std::vector<const RowView*> all;
  for (const RowView& other : view.rows) all.push_back(&other);
  const std::string severity = severity_of(*row);
  return condition_label(*row, all) + (severity.empty() ? "" : " " + severity);
}

std::string left_out_label(const ReportView& view, const AggregateView& aggregate) {
  const std::size_t others = aggregate.left_out.size() - 1;
  return cell_label(view, aggregate.left_out.front()) +
         (others == 0 ? "" : fmt::format(" and {} more", others));
}

std::string severity_of(const RowView& row) {
  if (row.kind != CellKind::corruption) return {};
  const auto found = row.condition.find("severity");
  return found == row.condition.end() ? std::string() : value_text(*found);
}

}  // namespace vitrobust::reports
