#pragma once

#include <map>
#include <string>

#include "models/dialects/canonical.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// Compares a checkpoint with the network that it is to fill.
/// @param unreadable names in the file that are no tensor, with the reason
/// @throws InputError that names all missing, misshapen and unexpected tensors and those that hold no
/// floating-point numbers; beyond the fifth they are only counted. Where learnt parts of the attention are
/// too many or too few, it names them and the formulation
void check_tensors(const Translation& translation, const VisionTransformerOptions& options,
                   const std::map<std::string, std::string>& unreadable, const std::string& path);

}  // namespace vitrobust::models
