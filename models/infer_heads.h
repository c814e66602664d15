#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/architectures.h"
#include "models/config_json.h"
#include "models/dialects/canonical.h"
#include "models/load_options.h"

namespace vitrobust::models {

/// Sets num_heads, and head_width where it is not the width over the heads. In this order: what the user
/// said, config.json, learnt tensors of the attention and JAX's kernels, whose shapes show it, the table of
/// architectures, and what is usual, which is noted.
/// @throws UsageError for a number said that cannot be; InputError when nothing knows
void infer_heads(const Translation& translation, const ModelConfig& config, const LoadOptions& said,
                 const std::optional<NamedArchitecture>& named, const std::string& path,
                 VisionTransformerOptions& options, std::vector<std::string>& notes);

}  // namespace vitrobust::models
