#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "data/dataset.h"
#include "data/preprocess_config.h"
#include "models/vision_transformer_options.h"
#include "train/options.h"
#include "train/samples.h"

namespace vitrobust::train {

/// What a training run is about, once its data are open: nothing is loaded yet.
struct Task {
  TrainOptions options;
  models::VisionTransformerOptions shape;
  /// Mean and standard deviation are those of ImageNet until the training samples are loaded.
  data::PreprocessConfig preprocess;
  std::vector<std::string> class_names;     ///< empty without data
  std::unique_ptr<data::Dataset> training;  ///< null without data
  SampleRange training_range;
  std::unique_ptr<data::Dataset> evaluation;  ///< null with a hold-out or without evaluation
  SampleRange evaluation_range;
  /// The options and the fingerprints of the data: a run goes on only with the same ones.
  Json settings;

  /// The dataset that evaluation_range counts in; null without evaluation.
  [[nodiscard]] const data::Dataset* evaluation_data() const {
    if (evaluation_range.count == 0) return nullptr;
    return evaluation ? evaluation.get() : training.get();
  }
};

/// Opens the data and settles every size that the options leave to them.
/// @throws UsageError when options, data and model do not fit together; InputError for the data
Task make_task(const TrainOptions& options);

}  // namespace vitrobust::train
