#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint/tensor_catalogue.h"
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

/// Compares a checkpoint with the network that it is to fill.
/// @throws InputError that names all missing, misshapen and unexpected tensors and those that hold no
/// floating-point numbers; beyond the fifth they are only counted
void check_tensors(const TensorCatalogue& catalogue, const VisionTransformerOptions& options,
                   const std::string& path);

}  // namespace vitrobust::models
