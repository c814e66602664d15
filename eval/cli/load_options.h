#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "eval/cli/options.h"
#include "models/load.h"

namespace vitrobust::eval {

/// What run and inspect say alike about a checkpoint, with names looked up. @throws UsageError
models::LoadOptions to_load_options(const ModelOptions& options);

/// Loads a checkpoint in the run's precision, with the run's preprocessing where it differs.
/// @param search_kernels  with which a search in bfloat16 goes on; when absent, the fastest
/// @throws UsageError, InputError
models::LoadedModel load_for(const RunOptions& options, const std::string& path,
                             std::optional<models::Kernels> search_kernels = std::nullopt);

}  // namespace vitrobust::eval
