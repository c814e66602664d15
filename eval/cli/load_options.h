#pragma once

#include <string>

#include "core/error.h"
#include "eval/cli/options.h"
#include "models/load.h"

namespace vitrobust::eval {

/// What run and inspect say alike about a checkpoint, with names looked up. @throws UsageError
models::LoadOptions to_load_options(const ModelOptions& options);

/// Loads a checkpoint in the run's precision, with the run's preprocessing where it differs. @throws
/// UsageError, InputError
models::LoadedModel load_for(const RunOptions& options, const std::string& path);

}  // namespace vitrobust::eval
