#pragma once

#include <span>
#include <string>
#include <vector>

#include "reports/cell_scores.h"

namespace vitrobust::reports {

/// The figures of Hendrycks and Dietterich (ICLR 2019, arXiv 1903.12261, section 4), as ratios, not times
/// 100:
/// - `ce/<corruption>`: error summed over the five severities, divided by AlexNet's;
/// - `mce`: mean of the CE of the fifteen corruptions of ImageNet-C (never of the extra four);
/// - `relative_mce`: the same with the error on clean images taken off above and below.
/// A figure is there when each of its cells is, and null where one of them failed. Only images of ImageNet's
/// 1,000 classes may be asked about: AlexNet's errors are of those.
/// @param protocol "memory" or "published", named beside every figure
std::vector<ScoredAggregate> corruption_errors(std::span<const CellScores> cells,
                                               const std::string& protocol);

/// Whether all severities of all fifteen corruptions of mCE are among the cells.
bool has_imagenet_c(std::span<const CellScores> cells);

/// Whether it is one of the fifteen.
bool is_part_of_mce(const std::string& corruption);

}  // namespace vitrobust::reports
