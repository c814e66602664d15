#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "eval/batch.h"

namespace vitrobust::eval {

/// Evaluates a batch in parts of at most `largest` samples, one after the other, and returns all outcomes.
/// When memory runs out and `may_halve`, `largest` becomes half the part that did not fit and the part is
/// tried again: outcomes do not depend on it, so a run goes on with what fits.
/// @param largest  at least 1; stays halved for the caller's next batch
/// @param evaluate what it throws comes through, but for want of memory on a part of more than one sample
std::vector<reports::Outcome> evaluate_in_parts(
    const Batch& batch, std::size_t& largest, bool may_halve,
    const std::function<std::vector<reports::Outcome>(const Batch&)>& evaluate);

}  // namespace vitrobust::eval
