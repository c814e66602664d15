#pragma once

#include <ATen/core/Tensor.h>

#include "attacks/threat_model.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

/// A decision boundary seen from a point: the rival's logit minus the label's, and its gradient.
struct Boundary {
  at::Tensor gap;       ///< [n]: negative while the label wins
  at::Tensor gradient;  ///< [n, 3, H, W]
};

/// z_t − z_y for the columns (y, t) of the targets: what leads from the label to one rival. A
/// models::LossFunction.
at::Tensor logit_gap(const at::Tensor& logits, const at::Tensor& targets);

/// The likeliest classes other than the label, the likeliest first: [n, min(count, classes − 1)] int64; of
/// equal logits the smaller class comes first.
/// @throws UsageError for fewer than 2 classes
at::Tensor likeliest_rivals(const at::Tensor& logits, const at::Tensor& labels, std::int64_t count);

/// Length of a gradient in the norm dual to that of the perturbation: l1 for linf, l2 for l2, linf for l1.
at::Tensor dual_norms(Norm norm, const at::Tensor& gradient);

/// Of the rivals of each sample, the one with the smallest |gap| / (dual norm of the gradient + guard): the
/// nearest boundary if the logits were linear. One pass per rival; at no time are there more than two
/// gradients. Of equal distances the first rival wins.
/// @param rivals  [n, k ≥ 1] int64
Boundary nearest_boundary(const models::Classifier& classifier, const at::Tensor& x, const at::Tensor& labels,
                          const at::Tensor& rivals, Norm norm, double guard = 1e-12);

}  // namespace vitrobust::attacks
