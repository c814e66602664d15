#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "reports/report.h"

namespace vitrobust::reports {

/// What is kept of one cell for the aggregates: nine bytes per outcome, 25 of a perturbation cell.
struct CellScores {
  std::string id;
  CellKind kind = CellKind::clean;
  /// The corruption's name and severity, or the perturbation sequence's and its difficulty; 0 where there is
  /// none.
  std::string corruption = {};
  int severity = 0;
  /// Whether the aggregates may use it: not failed, not interrupted, not empty.
  bool usable = false;
  /// The classified samples in ascending order, and whether each was right (for attacks: before and after).
  std::vector<std::uint64_t> ids = {};
  std::vector<std::uint8_t> right = {};
  /// Perturbation cells only: flip_share() and mean_top5_distance() of every sample.
  std::vector<double> flips = {};
  std::vector<double> top5_distances = {};
};

/// The cells that an aggregate is about, in the order of their ids, and those of them that it cannot use.
struct Selection {
  std::vector<const CellScores*> used;
  std::vector<std::string> left_out;
  /// The images classified in every used cell, ascending.
  std::vector<std::uint64_t> images;
};

/// Sorts the cells out. Deterministic, whatever their order.
Selection select_cells(std::vector<const CellScores*> wanted);

/// Adds `weight` to scores[i] for every images[i] that was right (or wrong) in the cell, which has all of
/// them.
enum class Count { right, wrong };
void add_score(const CellScores& cell, const std::vector<std::uint64_t>& images, Count what, double weight,
               std::vector<double>& scores);

/// Adds weight · values[k] to scores[i] for every images[i] that is the cell's k-th sample.
void add_values(const CellScores& cell, const std::vector<std::uint64_t>& images,
                const std::vector<double>& values, double weight, std::vector<double>& scores);

/// An aggregate as the report has it, and one score per image whose mean is its value.
struct ScoredAggregate {
  Json json;
  std::vector<double> scores;
  /// What a score can be at least and at most.
  double lowest = 0;
  double highest = 1;
};

/// An aggregate of that name over these cells, its value and interval still null.
Json aggregate_of(const std::string& id, const Selection& selection, std::size_t n_conditions);

}  // namespace vitrobust::reports
