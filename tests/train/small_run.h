#pragma once

#include <string>

#include "tests/temporary_folder.h"
#include "train/options.h"
#include "train/samples.h"
#include "train/task.h"

namespace vitrobust::train::tests {

using vitrobust::tests::TemporaryFolder;

/// Two blocks of width 32 on the first 60 training glyphs: an epoch takes a fraction of a second.
inline TrainOptions small_options(const std::string& out) {
  TrainOptions options;
  options.data = "glyphs:train";
  options.out = out;
  options.limit = 60;
  options.holdout = 20;
  options.eval_limit = 20;
  options.patch_size = 8;
  options.embed_dim = 32;
  options.depth = 2;
  options.heads = 2;
  options.mlp_ratio = 2;
  options.epochs = 3;
  options.batch_size = 16;
  options.crop_padding = 1;
  // Products this small take longer on two threads than on one when the machine is busy.
  options.threads = 1;
  return options;
}

inline Samples load_training(const Task& task) {
  return load_samples(*task.training, task.training_range, task.preprocess, 2);
}

}  // namespace vitrobust::train::tests
