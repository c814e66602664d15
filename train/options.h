#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::train {

/// Everything that one training run is told. Sizes of 0 mean "as the data say".
struct TrainOptions {
  std::string data;       ///< dataset spec; may be empty when epochs is 0
  std::string eval_data;  ///< dataset spec; empty: no evaluation, or the hold-out
  std::string out;        ///< folder of the checkpoint and of the training state

  std::int64_t limit = 0;         ///< train on the first N samples only; 0: all
  std::int64_t holdout = 0;       ///< keep the last N samples of `data` from training and evaluate on them
  std::int64_t eval_limit = 0;    ///< evaluate on the first N samples only; 0: all
  bool flip = false;              ///< mirror half of the images
  std::int64_t crop_padding = 0;  ///< shift by up to this many pixels, zeros shifted in

  models::AttentionKind attention = models::AttentionKind::standard;
  std::int64_t img_size = 0;
  std::int64_t classes = 0;
  std::int64_t patch_size = 4;
  std::int64_t embed_dim = 96;
  std::int64_t depth = 4;
  std::int64_t heads = 3;
  double mlp_ratio = 4;

  std::int64_t epochs = 20;
  std::int64_t batch_size = 128;
  double lr = 1e-3;
  double weight_decay = 0.05;
  std::int64_t warmup_epochs = 1;
  double label_smoothing = 0.1;
  std::int64_t seed = 0;
  std::string precision = "fp32";  ///< "fp32" or "bf16" (autocast)

  std::int64_t threads = 2;
  std::string storage = "f32";  ///< of the written checkpoint: "f32", "f16" or "bf16"

  /// Every problem, in words; empty when the options are sound.
  [[nodiscard]] std::vector<std::string> validate() const;
  /// What decides the result: everything but `out` and `threads`, keyed by the names of the options.
  [[nodiscard]] Json to_json() const;
};

/// What the command line asks for.
struct CommandLine {
  TrainOptions options;
  /// Set when --help was given: print this and do nothing else.
  std::string help;
  /// The command as a shell would take it, without the folder of the executable.
  std::string text;
};

/// Parses and validates the arguments, the executable's name first. Nothing is guessed: abbreviations,
/// unknown options and stray words are errors.
/// @throws UsageError
CommandLine parse_command_line(std::span<const char* const> arguments);

}  // namespace vitrobust::train
