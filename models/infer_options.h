#pragma once

#include <string>
#include <vector>

#include "models/checkpoint/tensor_catalogue.h"
#include "models/config_json.h"
#include "models/load.h"

namespace vitrobust::models {

/// The network that a timm checkpoint holds. Each setting comes from the first that knows it: what the user
/// said, config.json, the shapes of the tensors, timm's table of architectures, timm's defaults.
/// @param config_found whether there was a config.json at all: without one, defaults are noted as assumed
/// @param notes        receives a sentence for each thing inferred or assumed
/// @throws InputError when a setting cannot be known, or the settings contradict each other or the position
///         embedding; UsageError when the user's number of heads cannot be
VisionTransformerOptions infer_options(const TensorCatalogue& catalogue, const ModelConfig& config,
                                       bool config_found, const LoadOptions& said, const std::string& path,
                                       std::vector<std::string>& notes);

}  // namespace vitrobust::models
