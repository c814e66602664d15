#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors qnorm_factors(const AttentionInputs& inputs, const VisionTransformerOptions&) {
  return {unit_length(inputs.q), inputs.k, 1};
}

}  // namespace vitrobust::models
