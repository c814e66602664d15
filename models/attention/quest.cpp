#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors quest_factors(const AttentionInputs& inputs, const VisionTransformerOptions&) {
  return {inputs.q, unit_length(inputs.k), 1};
}

}  // namespace vitrobust::models
