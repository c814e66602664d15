#pragma once

#include <string>
#include <vector>

#include "reports/run_data.h"

namespace vitrobust::reports {

/// What makes the figures of two runs incomparable, one line each: dataset, labels and their order, samples,
/// preprocessing, precision, corruption settings, and attacks of one name and radius with other parameters;
/// whatever a run's configuration holds besides counts as well. Models, seeds, mean and std of the input
/// (which are the model's own) and the list of conditions may differ. Empty when the runs are comparable.
std::vector<std::string> incomparable(const RunData& first, const RunData& second);

/// What a reader should know of two comparable runs: other seeds, other versions of vitrobust.
std::vector<std::string> caveats(const RunData& first, const RunData& second);

/// @throws InputError naming the differences unless incomparable() finds none
void require_comparable(const RunData& first, const RunData& second);

}  // namespace vitrobust::reports
