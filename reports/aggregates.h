#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/report.h"

namespace vitrobust::reports {

/// Sums up the cells of one run. Takes one cell at a time and keeps nine bytes per outcome, so that a run
/// need never hold all outcomes at once.
class Aggregator {
 public:
  /// Takes each cell once, cells and outcomes in any order.
  /// @throws InternalError when a sample occurs twice in a cell
  void add(const Cell& cell, std::span<const Outcome> outcomes);

  /// The report's `aggregates`, as far as there are cells for them:
  /// - `mean_corruption_accuracy`: mean over the corruption cells;
  /// - `mean_corruption_error_unnormalised`: error averaged over the severities of each corruption, then over
  ///   the corruptions; no division by a baseline's error, hence not the mCE of Hendrycks and Dietterich
  ///   (ICLR 2019, arXiv 1903.12261);
  /// - `worst_case_accuracy`: share of the images that are right clean and under every attack cell, image by
  ///   image.
  /// Each runs over the images that were classified in all cells it uses (its `n`); cells that failed or are
  /// incomplete are left out and named. Intervals take the image as the unit: bootstrap_interval() for the
  /// means, Wilson for the worst case. Deterministic, whatever the order of add().
  [[nodiscard]] Json aggregates() const;

  /// What is kept of one cell.
  struct CellScores {
    std::string id;
    CellKind kind = CellKind::clean;
    /// The corruption's name.
    std::string corruption;
    /// Whether the aggregates may use it: not failed, not interrupted, not empty.
    bool usable = false;
    /// The classified samples in ascending order, and whether each was right (for attacks: before and after).
    std::vector<std::uint64_t> ids;
    std::vector<std::uint8_t> right;
  };

 private:
  std::vector<CellScores> cells_;
};

}  // namespace vitrobust::reports
