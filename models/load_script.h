#pragma once

#include <string>

#include "models/load.h"

namespace vitrobust::models {

/// describe_checkpoint() of a TorchScript file, which says nothing about itself: image size and normalisation
/// are the user's or ImageNet's, and noted. No code of the file runs. @throws InputError
CheckpointDescription describe_script(const std::string& path, const LoadOptions& options);

/// load_model() of a TorchScript file: code from the file runs. @throws InputError, and UsageError for a
/// precision or kernels that only networks of ours have
LoadedModel load_script(const std::string& path, const LoadOptions& options);

}  // namespace vitrobust::models
