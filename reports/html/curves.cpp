#include "reports/html/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/fraction.h"
#include "core/terminal.h"
#include "reports/condition_label.h"

namespace vitrobust::reports::html {
namespace {

struct Place {
  double x = 0;
  std::string label;
};

/// The family of that title, made when it is new.
CurveFamily& family_at(std::vector<CurveFamily>& families, const std::string& title, const std::string& axis,
                       std::size_t n_models) {
  const auto found = std::ranges::find(families, title, &CurveFamily::title);
  if (found != families.end()) return *found;
  families.push_back({title, axis, std::vector<std::vector<CurvePoint>>(n_models)});
  return families.back();
}

/// Attacks on a few patches are as strong as the patches are many: an axis of radii does not fit them.
std::optional<Fraction> radius(const RowView& row) {
  if (row.condition.contains("patches")) return std::nullopt;
  const auto eps = row.condition.find("eps");
  if (eps == row.condition.end() || !eps->is_string()) return std::nullopt;
  try {
    return Fraction::parse(eps->get<std::string>());
  } catch (const UsageError&) {
    return std::nullopt;  // a report by other hands: the figure still stands in the table
  }
}

bool is_l2(const RowView& row) {
  const auto norm = row.condition.find("norm");
  return norm != row.condition.end() && *norm == "l2";
}

/// "pgd linf steps=20": everything that tells two attacks apart but the radius and what is scaled with it.
std::string attack_title(const RowView& row, std::span<const RowView* const> among) {
  RowView without = row;
  std::vector<RowView> others;
  for (const RowView* other : among) others.push_back(*other);
  const auto strip = [](RowView& view) {
    for (const char* key : {"eps", "step_size"}) view.condition.erase(key);
  };
  strip(without);
  std::vector<const RowView*> pointers;
  for (RowView& other : others) {
    strip(other);
    pointers.push_back(&other);
  }
  return condition_label(without, pointers);
}

/// Orders the points, and drops a family of which every cell failed: there is nothing to draw.
void finish(std::vector<CurveFamily>& families) {
  std::erase_if(families, [](const CurveFamily& family) {
    return std::ranges::none_of(family.models, [](const std::vector<CurvePoint>& points) {
      return std::ranges::any_of(points,
                                 [](const CurvePoint& point) { return point.row->accuracy.has_value(); });
    });
  });
  for (CurveFamily& family : families)
    for (auto& points : family.models) std::ranges::stable_sort(points, {}, &CurvePoint::x);
}

}  // namespace

std::vector<CurveFamily> corruption_families(const ReportSet& set) {
  std::vector<const RowView*> all;
  for (const ModelReport& model : set.models)
    for (const RowView& row : model.view.rows)
      if (row.kind == CellKind::corruption) all.push_back(&row);
  std::vector<CurveFamily> families;
  for (std::size_t model = 0; model < set.models.size(); ++model) {
    for (const RowView& row : set.models[model].view.rows) {
      if (row.kind != CellKind::corruption) continue;
      const auto severity = row.condition.find("severity");
      if (severity == row.condition.end() || !severity->is_number()) continue;
      CurveFamily& family = family_at(families, condition_label(row, all), "severity", set.models.size());
      family.models[model].push_back({severity->get<double>(), severity_of(row), &row});
    }
  }
  finish(families);
  return families;
}

std::vector<CurveFamily> attack_families(const ReportSet& set) {
  std::vector<const RowView*> all;
  for (const ModelReport& model : set.models)
    for (const RowView& row : model.view.rows)
      if (row.kind == CellKind::attack) all.push_back(&row);
  std::map<std::string, std::string> titles;
  std::vector<CurveFamily> families;
  for (std::size_t model = 0; model < set.models.size(); ++model) {
    for (const RowView& row : set.models[model].view.rows) {
      const std::optional<Fraction> eps = row.kind == CellKind::attack ? radius(row) : std::nullopt;
      if (!eps) continue;
      if (!titles.contains(row.id)) titles[row.id] = attack_title(row, all);
      const double scale = is_l2(row) ? 1 : 255;
      CurveFamily& family =
          family_at(families, titles[row.id], is_l2(row) ? "ε" : "ε · 255", set.models.size());
      family.models[model].push_back(
          {eps->value() * scale, fmt::format("{:.4g}", eps->value() * scale), &row});
    }
  }
  finish(families);
  return families;
}

const RowView* clean_row(const ModelReport& model) {
  for (const RowView& row : model.view.rows)
    if (row.kind == CellKind::clean && row.accuracy) return &row;
  return nullptr;
}

}  // namespace vitrobust::reports::html
