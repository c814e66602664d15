#pragma once

#include <string>
#include <vector>

#include "models/attention/attention.h"

namespace vitrobust::models {

/// The attention maps [B, H, N, N] of options.attention, number by number from the formulas of the papers,
/// without any of the operators that the suite uses. Float64, small inputs, no gradient.
at::Tensor naive_attention_weights(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// A formulation with its settings, to run tests over.
struct AttentionCase {
  std::string name;
  VisionTransformerOptions options;  ///< of 2 heads of width 3
};

/// Every line of attention_table(), and those with settings once more in their other settings.
std::vector<AttentionCase> attention_cases();

}  // namespace vitrobust::models
