#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "models/classifier.h"
#include "models/vision_transformer.h"

namespace vitrobust::models {

/// Makes `module` a classifier: converts its parameters to `dtype`, freezes them and switches to evaluation.
/// The classifier shares the module: hand over a clone to go on training.
/// @param mean, std normalisation of RGB in [0,1]
/// @param dtype     at::kFloat or at::kDouble
/// @param lanes     samples of a pass. When absent: default_lanes(), or 1 where three trial passes show that
///                  this machine does not compute all rows of a pass alike; only so are they sure to be
std::shared_ptr<Classifier> make_classifier(VisionTransformer module, const std::array<double, 3>& mean,
                                            const std::array<double, 3>& std, at::ScalarType dtype,
                                            std::optional<std::int64_t> lanes = std::nullopt);

/// The lanes that suit a network's shape: fast, and all rows of a pass alike as far as can be told from it.
std::int64_t default_lanes(const VisionTransformerOptions& options);

}  // namespace vitrobust::models
