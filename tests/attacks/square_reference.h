#pragma once

#include <cstdint>
#include <vector>

#include "attacks/threat_model.h"
#include "core/philox.h"
#include "models/classifier.h"

namespace vitrobust::attacks::reference {

/// What Square should do to one sample.
struct SquareRun {
  Norm norm;
  double epsilon;
  std::int64_t queries;
  double p;
};

struct SquareFound {
  std::vector<double> adversarial;
  bool broken = false;
  std::int64_t queries = 0;
};

/// Square written a second time, from the paper and the prose of the issue: one sample at a time, plain loops
/// over doubles; of attacks/ only the norms' names are used. Only the logits come from the model.
/// @param clean  [1, 3, H, W] float64
/// @param key    of the sample's stream
SquareFound square(const models::Classifier& model, const at::Tensor& clean, std::int64_t label,
                   const SquareRun& run, const StreamKey& key);

}  // namespace vitrobust::attacks::reference
