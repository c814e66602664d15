#pragma once

#include <span>
#include <vector>

#include "reports/cell_scores.h"
#include "reports/perturbation_baseline.h"

namespace vitrobust::reports {

/// The means of Hendrycks and Dietterich (ICLR 2019, arXiv 1903.12261, section 4) over the perturbation cells
/// of difficulty 1, the one that published figures are of:
/// - `mean_flip_probability`, `ut5d`: FP in [0, 1] and the top-5 distance in [0, 18], averaged over images
/// and
///   then over the sequences that are there; not the paper's mFR and mT5D, nor comparable with them.
/// With a baseline also, as ratios, not times 100:
/// - `fr/<sequence>`, `t5d/<sequence>`: divided by the baseline's figure of that sequence;
/// - `mfr`, `mt5d`: mean of the ten ratios; there when all ten are, among cells and baseline, and null where
/// a
///   cell failed. The baseline counts as exact in the intervals.
std::vector<ScoredAggregate> stability_aggregates(std::span<const CellScores> cells,
                                                  const PerturbationBaseline* baseline);

}  // namespace vitrobust::reports
