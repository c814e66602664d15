#pragma once

#include <ATen/core/Tensor.h>
#include <torch/optim/adamw.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/json.h"
#include "data/preprocess_config.h"
#include "models/vision_transformer.h"
#include "train/options.h"
#include "train/samples.h"
#include "train/schedule.h"
#include "train/state.h"

namespace vitrobust::train {

/// Correctly classified samples of how many.
struct Score {
  std::int64_t correct = 0;
  std::int64_t count = 0;

  /// 0 for no samples.
  [[nodiscard]] double accuracy() const {
    return count == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(count);
  }
};

/// A model in training: cross entropy with label smoothing, AdamW, warm-up and cosine, gradients clipped to
/// norm 1. With the same options, samples and number of threads the weights are the same to the bit, resumed
/// or not.
class Trainer {
 public:
  /// Called after every batch with the number of its images; may throw to stop there.
  using AfterBatch = std::function<void(std::int64_t images)>;

  /// Draws the initial weights from LibTorch's default generator, which it seeds with options.seed.
  /// @param preprocess its mean and std normalise the images
  Trainer(const TrainOptions& options, const models::VisionTransformerOptions& shape,
          const data::PreprocessConfig& preprocess);

  /// One pass over the samples in the order of this epoch (0-based); the last batch may be short.
  /// @throws Error with ExitCode::nothing_evaluated when the loss is no longer finite
  EpochResult train_epoch(const Samples& samples, const AfterBatch& after_batch);

  /// Forward passes in float32, whatever the training's precision.
  [[nodiscard]] Score evaluate(const Samples& samples);

  /// Adds a finished epoch to the history.
  void finish_epoch(const EpochResult& result) { state_.history.push_back(result); }
  /// Finished epochs, and what each gave.
  [[nodiscard]] const std::vector<EpochResult>& history() const { return state_.history; }
  [[nodiscard]] std::int64_t finished_epochs() const {
    return static_cast<std::int64_t>(state_.history.size());
  }

  void save(const std::string& path, const Json& settings) const;
  /// Goes on from a state, when there is one. @throws InputError
  void restore(const std::string& path, const Json& settings);

  [[nodiscard]] models::VisionTransformer model() const { return model_; }

 private:
  [[nodiscard]] at::Tensor normalised(const at::Tensor& images) const;
  [[nodiscard]] at::Tensor training_logits(const at::Tensor& images);
  /// One optimizer step; the loss and the number of correct samples.
  std::pair<double, std::int64_t> step(const at::Tensor& images, const at::Tensor& labels,
                                       double learning_rate);

  TrainOptions options_;
  at::Tensor mean_;
  at::Tensor std_;
  models::VisionTransformer model_;
  torch::optim::AdamW optimizer_;
  TrainingState state_;
};

}  // namespace vitrobust::train
