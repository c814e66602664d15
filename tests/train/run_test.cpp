#include "train/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>

#include "core/error.h"
#include "core/json.h"
#include "models/load.h"
#include "small_run.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace vitrobust::train {
namespace {

using testing::HasSubstr;
using tests::small_options;
using tests::TemporaryFolder;

void run(const TrainOptions& options) {
  run_training({.options = options, .help = {}, .text = "vitrobust-train --as-typed"});
}

template <typename Exception>
std::string error_of(const TrainOptions& options) {
  try {
    run(options);
  } catch (const Exception& error) {
    return error.what();
  }
  return "no such error";
}

TEST(Run, WritesACheckpointThatLoadsBackAndScoresAsItSays) {
  const TemporaryFolder folder;
  TrainOptions options = small_options(folder.path());
  options.attention = models::AttentionKind::quest;
  options.storage = "bf16";
  run(options);

  const Json training = read_json(config_path(folder.path()))["training"];
  EXPECT_EQ(training["command"], "vitrobust-train --as-typed");
  EXPECT_EQ(training["history"].size(), 3U);
  EXPECT_EQ(training["settings"]["attention"], "quest");
  EXPECT_EQ(training["evaluation"]["n"], 20);

  const models::LoadedModel loaded = models::load_model(folder.path(), {});
  EXPECT_EQ(loaded.description.options.attention, models::AttentionKind::quest);
  EXPECT_EQ(loaded.description.class_names.size(), 10U);
  const Task task = make_task(options);
  const Samples samples = load_samples(*task.training, task.evaluation_range, task.preprocess, 1);
  const at::Tensor logits = loaded.classifier->logits(batch_images(samples, 0, 20));
  EXPECT_EQ(logits.argmax(1).eq(samples.labels).sum().item<std::int64_t>(),
            training["evaluation"]["correct"]);
  EXPECT_FALSE(std::filesystem::exists(state_path(folder.path()))) << "a finished run needs no state";
}

TEST(Run, GoesOnFromAStateAndThenStaysFinished) {
  const TemporaryFolder folder;
  const TrainOptions options = small_options(folder.path());
  {
    const Task task = make_task(options);
    Trainer trainer(task.options, task.shape, task.preprocess);
    trainer.finish_epoch(trainer.train_epoch(tests::load_training(task), [](std::int64_t) {}));
    trainer.save(state_path(folder.path()), task.settings);
  }
  run(options);
  EXPECT_EQ(read_json(config_path(folder.path()))["training"]["history"].size(), 3U);
  const auto written = std::filesystem::last_write_time(weights_path(folder.path()));
  run(options);
  EXPECT_EQ(std::filesystem::last_write_time(weights_path(folder.path())), written);
}

TEST(Run, RefusesTheFolderOfAnotherRun) {
  const TemporaryFolder folder;
  TrainOptions options = small_options(folder.path());
  options.epochs = 0;
  run(options);
  options.lr = 0.5;
  EXPECT_THAT(error_of<InputError>(options), HasSubstr("was made with lr 0.001, this call says 0.5"));
  std::ofstream(config_path(folder.path())) << "{}";
  EXPECT_THAT(error_of<InputError>(options), HasSubstr("was not trained here"));
}

TEST(Run, WritesRandomWeightsWithoutData) {
  const TemporaryFolder folder;
  TrainOptions options;
  options.out = folder.path();
  options.img_size = 32;
  options.patch_size = 16;
  options.classes = 7;
  options.epochs = 0;
  options.storage = "f16";
  run(options);
  const models::LoadedModel loaded = models::load_model(folder.path(), {});
  EXPECT_EQ(loaded.classifier->info().classes, 7);
  EXPECT_EQ(loaded.classifier->info().height, 32);
}

TEST(Run, RefusesWhatDoesNotFitTheData) {
  const TemporaryFolder folder;
  TrainOptions flipped = small_options(folder.path());
  flipped.flip = true;
  EXPECT_THAT(error_of<UsageError>(flipped), HasSubstr("--flip does not suit glyphs"));
  TrainOptions classes = small_options(folder.path());
  classes.classes = 3;
  EXPECT_THAT(error_of<UsageError>(classes), HasSubstr("--classes 3 contradicts"));
  TrainOptions holdout = small_options(folder.path());
  holdout.holdout = 1'000'000;
  EXPECT_THAT(error_of<UsageError>(holdout), HasSubstr("leaves nothing"));
  TrainOptions heads = small_options(folder.path());
  heads.heads = 5;
  EXPECT_NE(error_of<UsageError>(heads), "no such error");
}

TEST(Run, RefusesAFolderThatCannotBeWritten) {
  const TemporaryFolder folder;
  std::ofstream((folder / "file")) << "not a folder";
  EXPECT_THAT(error_of<InputError>(small_options((folder / "file/inside"))), HasSubstr("file"));
}

}  // namespace
}  // namespace vitrobust::train
