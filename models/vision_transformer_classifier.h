#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "models/classifier.h"
#include "models/vision_transformer.h"

namespace vitrobust::models {

/// How a classifier computes.
struct ComputeOptions {
  /// at::kFloat or at::kDouble: parameters and everything that decides an outcome.
  at::ScalarType dtype = at::kFloat;
  /// When absent: plain for float64, the fastest_kernels() for float32.
  std::optional<Kernels> kernels = std::nullopt;
  /// Gradients through bfloat16 products; float32 only.
  bool reduced = false;
  /// These; when absent, the fastest_kernels() of that kind.
  std::optional<Kernels> search_kernels = std::nullopt;
  /// Samples of a pass. When absent: default_lanes(), or 1 where three trial passes show that this machine
  /// does not compute all rows of a pass alike; only so are they sure to be.
  std::optional<std::int64_t> lanes = std::nullopt;
};

/// Makes `module` a classifier: converts its parameters, freezes them and switches to evaluation. The
/// classifier shares the module: hand over a clone to go on training. It may take the weights out of the
/// module's parameters (Freezable::freeze()).
/// @param mean, std normalisation of RGB in [0,1]
/// @throws UsageError for kernels or a precision that the dtype or this LibTorch does not have
std::shared_ptr<Classifier> make_classifier(VisionTransformer module, const std::array<double, 3>& mean,
                                            const std::array<double, 3>& std, const ComputeOptions& compute);

/// The lanes that suit a network's shape: fast, and all rows of a pass alike as far as can be told from it.
std::int64_t default_lanes(const VisionTransformerOptions& options);

}  // namespace vitrobust::models
