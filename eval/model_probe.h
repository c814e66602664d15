#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/classifier.h"
#include "reports/guard_rails.h"

namespace vitrobust::eval {

/// Samples that probe_model() looks at, at most.
inline constexpr std::uint64_t kProbedSamples = 64;

/// Looks at a model before it is attacked: whether its outputs are random, or probabilities instead of
/// logits, and whether the gradient of the loss vanishes. Five forward passes and one backward per image;
/// thresholds of fra31/auto-attack @a392200, checks.py.
/// @param images [N, 3, H, W] in [0,1], N ≥ 1; labels [N] int64
/// @throws Error with ExitCode::cells_failed when an output is NaN or infinite
std::vector<reports::GuardRail> probe_model(const models::Classifier& classifier, const at::Tensor& images,
                                            const at::Tensor& labels);

}  // namespace vitrobust::eval
