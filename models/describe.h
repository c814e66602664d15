#pragma once

#include <string>

#include "models/checkpoint/tensor_catalogue.h"
#include "models/dialects/canonical.h"
#include "models/infer_options.h"
#include "models/load.h"

namespace vitrobust::models {

/// A description with what it takes to fill the network.
struct DescribedCheckpoint {
  CheckpointDescription description;
  TensorCatalogue catalogue;
  Translation translation;
  InferredOptions inferred;
};

/// describe_checkpoint() step by step: when it throws, `described` holds what was known by then.
void describe(const std::string& path, const LoadOptions& said, DescribedCheckpoint& described);

}  // namespace vitrobust::models
