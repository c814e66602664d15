#pragma once

#include <string>

#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::models {

/// The tensor-naming convention of a checkpoint, "timm": the only one that this version reads.
/// @throws InputError that names the convention recognised, with one of its tensors, when it is another
std::string detect_dialect(const SafetensorsHeader& header, const std::string& path);

}  // namespace vitrobust::models
