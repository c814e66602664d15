#pragma once

#include <ATen/core/Tensor.h>

#include "models/classifier.h"

namespace vitrobust::attacks {

/// What a search asks where it needs no gradient: Classifier::search_logits(), but of images that it
/// misclassifies those of logits(), as Classifier::loss_gradient() does: no success is seen in reduced
/// precision alone.
/// @param labels  [N] int64
at::Tensor confirmed_logits(const models::Classifier& classifier, const at::Tensor& images,
                            const at::Tensor& labels);

}  // namespace vitrobust::attacks
