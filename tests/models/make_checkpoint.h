#pragma once

#include <cstdint>
#include <string>

#include "models/vision_transformer_options.h"

namespace vitrobust::tests {

/// A network so small that a test may run it: 16×16 pixels in patches of 8, two blocks of width 8 with two
/// heads, three classes.
models::VisionTransformerOptions tiny_options();

/// Makes `folder` with model.safetensors (float32, timm's initialisation from LibTorch's default generator,
/// seeded with `seed`) and config.json of a network of these options.
void make_checkpoint(const std::string& folder, const models::VisionTransformerOptions& options,
                     std::uint64_t seed = 0);

}  // namespace vitrobust::tests
