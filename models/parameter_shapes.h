#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/vision_transformer_options.h"

namespace vitrobust::models {

struct ParameterShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Names and shapes of the parameters of a VisionTransformer, in its order. Known without building the
/// network, whose memory nobody should take before the file is known to fill it.
/// @param options must be sound (validate())
std::vector<ParameterShape> parameter_shapes(const VisionTransformerOptions& options);

}  // namespace vitrobust::models
