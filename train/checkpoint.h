#pragma once

#include <optional>
#include <string>

#include "core/json.h"
#include "models/vision_transformer.h"
#include "train/task.h"
#include "train/trainer.h"

namespace vitrobust::train {

/// Paths inside the folder of a run.
std::string weights_path(const std::string& out);
std::string config_path(const std::string& out);
std::string state_path(const std::string& out);

/// The score that the finished checkpoint of these settings had (its count is 0 without evaluation); nothing
/// when the folder holds none.
/// @throws InputError when it holds a checkpoint of other settings, or one that was not trained here
std::optional<Score> finished_score(const std::string& out, const Json& settings);

/// Rounds every weight to what the checkpoint's storage can hold, so that what is evaluated is what is
/// written.
/// @param storage "f32", "f16" or "bf16"
void round_to_storage(models::VisionTransformer& model, const std::string& storage);

/// Writes model.safetensors, then config.json (the presence of which means "finished").
/// @param score of the rounded weights; its count is 0 without evaluation
/// @throws InputError when the folder cannot be written
void write_checkpoint(const Task& task, const Trainer& trainer, const Score& score,
                      const std::string& command);

}  // namespace vitrobust::train
