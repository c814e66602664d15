#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "data/image.h"
#include "reports/outcome.h"
#include "reports/perturbation_metrics.h"

namespace vitrobust::eval {

/// Samples that are evaluated together; which ones are together never changes a result.
struct Batch {
  std::vector<std::uint64_t> ids;
  std::vector<int> labels;
  /// Corrupted, at the model's size. Of a perturbation cell all frames of the first sample, then of the
  /// second, …: as many of each.
  std::vector<data::Image> images;
  /// Samples that could not be read; they have an error and are in none of the above.
  std::vector<reports::Outcome> failed;
};

/// 8-bit images of one size to [N, 3, H, W] in [0,1]: pixel / 255, rounded to `dtype`.
at::Tensor to_tensor(std::span<const data::Image> images, at::ScalarType dtype);

/// Labels as an int64 tensor [N].
at::Tensor label_tensor(std::span<const int> labels);

/// Prediction, top-5, margin and cross-entropy of each row of `logits` [N, classes], computed in double. Ties
/// go to the lower class index.
std::vector<reports::Outcome> score(const Batch& batch, const at::Tensor& logits);

/// How stable the predictions along each sample's frames are.
/// @param logits of every frame, [samples · frames, classes]
std::vector<reports::Outcome> score_sequences(const Batch& batch, const at::Tensor& logits,
                                              reports::FramePairs pairs);

}  // namespace vitrobust::eval
