#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"

namespace torch::nn {
class Module;
}
namespace torch::optim {
class AdamW;
}

namespace vitrobust::train {

/// What one epoch gave. Accuracies are counts, so that nothing is rounded.
struct EpochResult {
  double loss = 0;  ///< mean over the samples, with label smoothing and augmentation
  std::int64_t train_correct = 0;
  std::int64_t train_count = 0;
  std::int64_t eval_correct = 0;
  std::int64_t eval_count = 0;  ///< 0 without evaluation

  [[nodiscard]] Json to_json() const;
  static EpochResult from_json(const Json& json, const std::string& where);
  friend bool operator==(const EpochResult&, const EpochResult&) = default;
};

/// How far a run is, besides its weights.
struct TrainingState {
  std::vector<EpochResult> history;  ///< one entry per finished epoch
  std::int64_t optimizer_steps = 0;
};

/// Writes weights, both moments of every weight, history and settings as one safetensors file, which appears
/// only when it is complete: a crash leaves the state of the epoch before.
/// @throws InputError when the file cannot be written
void save_state(const std::string& path, const torch::nn::Module& model, const torch::optim::AdamW& optimizer,
                const TrainingState& state, const Json& settings);

/// Fills model and optimizer from the file, in float32 as they were; nothing when there is no such file.
/// @throws InputError when the file was made with other settings (naming the first difference) or is damaged
std::optional<TrainingState> restore_state(const std::string& path, torch::nn::Module& model,
                                           torch::optim::AdamW& optimizer, const Json& settings);

/// Compares the settings of an earlier call with those of this one.
/// @throws InputError naming the first difference
void check_same_settings(const Json& earlier, const Json& now, const std::string& path);

}  // namespace vitrobust::train
