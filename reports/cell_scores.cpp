#include "reports/cell_scores.h"

#include <algorithm>
#include <iterator>

namespace vitrobust::reports {
namespace {

std::vector<std::uint64_t> images_in_all(const std::vector<const CellScores*>& cells) {
  if (cells.empty()) return {};
  std::vector<std::uint64_t> common = cells.front()->ids;
  for (const CellScores* cell : cells) {
    std::vector<std::uint64_t> both;
    std::ranges::set_intersection(common, cell->ids, std::back_inserter(both));
    common = std::move(both);
  }
  return common;
}

}  // namespace

Selection select_cells(std::vector<const CellScores*> wanted) {
  std::ranges::sort(wanted, {}, &CellScores::id);
  Selection selection;
  for (const CellScores* cell : wanted) {
    if (cell->usable)
      selection.used.push_back(cell);
    else
      selection.left_out.push_back(cell->id);
  }
  selection.images = images_in_all(selection.used);
  return selection;
}

void add_score(const CellScores& cell, const std::vector<std::uint64_t>& images, Count what, double weight,
               std::vector<double>& scores) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    while (cell.ids[at] != images[i]) ++at;
    if ((cell.right[at] != 0) == (what == Count::right)) scores[i] += weight;
  }
}

void add_values(const CellScores& cell, const std::vector<std::uint64_t>& images,
                const std::vector<double>& values, double weight, std::vector<double>& scores) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < images.size(); ++i) {
    while (cell.ids[at] != images[i]) ++at;
    scores[i] += weight * values[at];
  }
}

Json aggregate_of(const std::string& id, const Selection& selection, std::size_t n_conditions) {
  return {{"id", id},
          {"value", nullptr},
          {"ci95", nullptr},
          {"ci_method", nullptr},
          {"n", selection.images.size()},
          {"n_conditions", n_conditions},
          {"conditions_left_out", selection.left_out}};
}

}  // namespace vitrobust::reports
