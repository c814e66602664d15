#include <cmath>

#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors standard_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  return {inputs.q, inputs.k, 1 / std::sqrt(static_cast<double>(options.head_dim()))};
}

}  // namespace vitrobust::models
