#pragma once

#include <string>

#include "core/error.h"
#include "eval/cli/options.h"
#include "models/load.h"

namespace vitrobust::eval {

/// What run and inspect say alike about a checkpoint, with names looked up. @throws UsageError
template <typename Options>
models::LoadOptions to_load_options(const Options& options) {
  models::LoadOptions load;
  if (options.attention) load.attention = models::parse_attention(*options.attention);
  if (options.activation) load.activation = models::parse_activation(*options.activation);
  if (options.pool) load.pooling = models::parse_pooling(*options.pool);
  load.heads = options.heads;
  load.norm_eps = options.norm_eps;
  return load;
}

/// Loads a checkpoint in the run's precision, with the run's preprocessing where it differs. @throws
/// UsageError, InputError
models::LoadedModel load_for(const RunOptions& options, const std::string& path);

}  // namespace vitrobust::eval
