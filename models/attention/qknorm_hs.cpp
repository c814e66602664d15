#include <torch/torch.h>

#include <cmath>

#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors qknorm_hs_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  const at::Tensor scale = inputs.learnt.at(0).view({options.num_heads, 1, 1});
  return {unit_length(inputs.q) * scale, unit_length(inputs.k), 1};
}

std::vector<AttentionParameter> qknorm_hs_parameters(const VisionTransformerOptions& options) {
  // The cosine of two random directions has variance 1/D: logits start with variance 1, as the standard ones.
  return {{"scale", {options.num_heads}, std::sqrt(static_cast<double>(options.head_dim()))}};
}

}  // namespace vitrobust::models
