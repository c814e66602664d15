#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/config_json.h"
#include "models/dialects/canonical.h"
#include "models/load_options.h"

namespace vitrobust::models {

struct InferredOptions {
  VisionTransformerOptions options;
  /// Rows and columns of patches that the file's position embedding is for; the options may have another
  /// image size, for which it has to be resampled.
  std::array<std::int64_t, 2> position_grid{};
  /// "given" (option or config.json), "inferred" from learnt tensors, or "assumed".
  std::string attention_source;

  /// The network that the tensors fill as they are.
  [[nodiscard]] VisionTransformerOptions as_stored() const;
};

/// The network that a checkpoint holds. Each setting comes from the first that knows it: what the user said,
/// config.json, the shapes of the tensors, the table of architectures, the defaults of the dialect.
/// @param config_found whether there was a config.json at all: without one, defaults are noted as assumed
/// @param notes        receives a sentence for each thing inferred or assumed
/// @throws InputError when a setting cannot be known, or the settings contradict each other or the position
///         embedding; UsageError when the user's number of heads or architecture cannot be
InferredOptions infer_options(const Translation& translation, const ModelConfig& config, bool config_found,
                              const LoadOptions& said, const std::string& path,
                              std::vector<std::string>& notes);

}  // namespace vitrobust::models
