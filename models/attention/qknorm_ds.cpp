#include <torch/torch.h>

#include <cmath>

#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors qknorm_ds_factors(const AttentionInputs& inputs, const VisionTransformerOptions&) {
  return {unit_length(inputs.q) * inputs.learnt.at(0), unit_length(inputs.k) * inputs.learnt.at(1), 1};
}

std::vector<AttentionParameter> qknorm_ds_parameters(const VisionTransformerOptions& options) {
  // Their product starts as qknorm-hs's scale, √D.
  const double initial = std::pow(static_cast<double>(options.head_dim()), 0.25);
  return {{"q_scale", {options.head_dim()}, initial}, {"k_scale", {options.head_dim()}, initial}};
}

}  // namespace vitrobust::models
