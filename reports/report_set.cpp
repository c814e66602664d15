#include "reports/report_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/names.h"
#include "core/terminal.h"
#include "reports/comparability.h"
#include "reports/multiplicity.h"

namespace vitrobust::reports {
const PairedCell* ReportSet::find_paired(std::size_t model, const std::string& row_id) const {
  const auto found = std::ranges::find_if(
      paired, [&](const PairedCell& cell) { return cell.model == model && cell.row_id == row_id; });
  return found == paired.end() ? nullptr : &*found;
}

ReportSet make_report_set(std::vector<std::pair<Json, std::string>> reports) {
  ReportSet set;
  std::set<std::string> taken;
  for (auto& [report, source] : reports) {
    ModelReport model{.report = std::move(report), .view = {}, .name = {}, .samples = {}};
    model.view = view_report(model.report, source);
    if (model.view.rows.empty())
      throw InputError(source, "has no rows: nothing was evaluated",
                       "repeat the run; vitrobust run says what it evaluates");
    const std::string name = printable(model.view.model);
    model.name = name.empty() ? "unnamed" : name;
    for (int copy = 2; !taken.insert(model.name).second; ++copy)
      model.name = fmt::format("{} ({})", name, copy);
    set.models.push_back(std::move(model));
  }
  return set;
}

std::size_t find_model(const ReportSet& set, const std::string& name) {
  std::vector<std::string> names;
  for (const ModelReport& model : set.models) names.push_back(model.name);
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw UsageError(fmt::format("--baseline {}: none of the runs is of that model", printable(name)),
                     unknown_name_hint(name, names));
  return static_cast<std::size_t>(found - names.begin());
}

std::string why_not_paired(const ModelReport& a, const ModelReport& b) {
  const auto reasons = incomparable({.name = a.name, .report = a.report, .view = a.view, .outcomes = {}},
                                    {.name = b.name, .report = b.report, .view = b.view, .outcomes = {}});
  return fmt::format("{}", fmt::join(reasons, "; "));
}

void test_pairs(ReportSet& set) {
  std::erase_if(set.paired, [](const PairedCell& cell) { return cell.counts.n() == 0; });
  std::vector<double> p_values;
  for (PairedCell& cell : set.paired) {
    cell.difference = paired_difference(cell.counts);
    cell.interval = newcombe_paired_interval(cell.counts);
    cell.p_value = mcnemar(cell.counts).exact;
    p_values.push_back(cell.p_value);
  }
  const std::vector<double> adjusted = adjust(p_values, Correction::holm);
  for (std::size_t i = 0; i < adjusted.size(); ++i) set.paired[i].adjusted = adjusted[i];
}

}  // namespace vitrobust::reports
