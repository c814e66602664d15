#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "reports/cell_scores.h"
#include "reports/perturbation_baseline.h"
#include "reports/report.h"

namespace vitrobust::reports {

/// Sums up the cells of one run. Takes one cell at a time and keeps a few bytes per outcome, so that a run
/// need never hold all outcomes at once.
class Aggregator {
 public:
  /// Takes each cell once, cells and outcomes in any order.
  /// @throws InternalError when a sample occurs twice in a cell
  void add(const Cell& cell, std::span<const Outcome> outcomes);

  /// From now on there are `ce/…`, `mce` and `relative_mce` too (reports/corruption_error.h).
  /// @param protocol "memory" or "published"
  void compare_with_alexnet(std::string protocol) { protocol_ = std::move(protocol); }

  /// From now on the figures of perturbation cells are divided by a baseline's, too (reports/stability.h).
  void compare_with(PerturbationBaseline baseline) { baseline_ = std::move(baseline); }

  /// The report's `aggregates`, as far as there are cells for them:
  /// - `mean_corruption_accuracy`: mean over the corruption cells;
  /// - `mean_corruption_error_unnormalised`: error averaged over the severities of each corruption, then over
  ///   the corruptions; no division by a baseline's error, hence not the mCE of Hendrycks and Dietterich
  ///   (ICLR 2019, arXiv 1903.12261);
  ///   where all fifteen corruptions of mCE are there, both means leave everything else out, as the field
  ///   does;
  /// - `mean_flip_probability`, `ut5d` and, with a baseline, `fr/…`, `mfr`, `t5d/…`, `mt5d`
  ///   (reports/stability.h);
  /// - `worst_case_accuracy`: share of the images that are right clean and under every attack cell, image by
  ///   image.
  /// Each runs over the images that were classified in all cells it uses (its `n`); cells that failed or are
  /// incomplete are left out and named. Intervals take the image as the unit: bootstrap_interval() for the
  /// means, Wilson for the worst case. Deterministic, whatever the order of add().
  [[nodiscard]] Json aggregates() const;

  /// The same aggregates with one score per image, without intervals and, but for the worst case, values: for
  /// comparisons of two runs image by image (reports/paired_aggregates.h). Scores are in the order of the
  /// images' ids.
  [[nodiscard]] std::vector<ScoredAggregate> scored() const;

 private:
  [[nodiscard]] std::vector<ScoredAggregate> means() const;
  [[nodiscard]] std::optional<ScoredAggregate> worst_case() const;
  [[nodiscard]] std::vector<const CellScores*> of_kinds(std::initializer_list<CellKind> kinds) const;
  [[nodiscard]] std::vector<const CellScores*> averaged_corruptions() const;

  std::vector<CellScores> cells_;
  std::optional<std::string> protocol_;
  std::optional<PerturbationBaseline> baseline_;
};

}  // namespace vitrobust::reports
