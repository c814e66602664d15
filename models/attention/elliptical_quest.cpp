#include "models/attention/formulations.h"

namespace vitrobust::models {

AttentionFactors elliptical_quest_factors(const AttentionInputs& inputs,
                                          const VisionTransformerOptions& options) {
  return {stretched_queries(inputs, options), unit_length(inputs.k), 1};
}

}  // namespace vitrobust::models
