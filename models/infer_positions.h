#pragma once

#include <string>
#include <vector>

#include "models/config_json.h"
#include "models/infer_options.h"

namespace vitrobust::models {

/// Sets the image size, whether the position embedding covers the tokens before the patches, and the grid
/// that it is for. The other options must be set already.
/// @throws InputError when the position embedding is that of no image that could be meant
void infer_positions(const Translation& translation, const ModelConfig& config, const LoadOptions& said,
                     const std::string& path, InferredOptions& inferred, std::vector<std::string>& notes);

}  // namespace vitrobust::models
