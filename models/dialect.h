#pragma once

#include <string>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// The tensor-naming convention of a checkpoint, "timm": the only one that this version reads.
/// @throws InputError that names the convention recognised, with one of its tensors, when it is another
std::string detect_dialect(const TensorCatalogue& catalogue, const std::string& path);

}  // namespace vitrobust::models
