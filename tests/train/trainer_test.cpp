#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "core/error.h"
#include "small_run.h"

namespace vitrobust::train {
namespace {

using tests::small_options;
using tests::TemporaryFolder;

const auto kIgnore = [](std::int64_t) {};

void run_epoch(Trainer& trainer, const Samples& samples) {
  trainer.finish_epoch(trainer.train_epoch(samples, kIgnore));
}

void expect_same_weights(const Trainer& a, const Trainer& b) {
  const auto weights = b.model()->named_parameters();
  for (const auto& parameter : a.model()->named_parameters())
    EXPECT_TRUE(torch::equal(parameter.value(), weights[parameter.key()])) << parameter.key();
}

struct SmallRun {
  explicit SmallRun(const TrainOptions& options)
      : task(make_task(options)), samples(tests::load_training(task)) {
    at::set_num_threads(static_cast<int>(options.threads));
  }
  [[nodiscard]] Trainer trainer() const { return {task.options, task.shape, task.preprocess}; }

  Task task;
  Samples samples;
};

class TrainerOf : public testing::TestWithParam<std::tuple<models::AttentionKind, std::string>> {
 protected:
  [[nodiscard]] TrainOptions options() const {
    TrainOptions options = small_options("unused");
    options.attention = std::get<0>(GetParam());
    options.precision = std::get<1>(GetParam());
    return options;
  }
};

TEST_P(TrainerOf, LearnsAFewGlyphsByHeart) {
  TrainOptions options = this->options();
  options.limit = 20;
  options.batch_size = 10;
  options.epochs = 40;
  options.lr = 3e-3;
  options.label_smoothing = 0;
  options.crop_padding = 0;
  const SmallRun run(options);
  Trainer trainer = run.trainer();
  for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch) run_epoch(trainer, run.samples);
  EXPECT_GT(trainer.history().front().loss, 2.2) << "ten classes: ln 10 = 2.30 before anything is learnt";
  EXPECT_LT(trainer.history().back().loss, 1.0);
  EXPECT_GT(trainer.evaluate(run.samples).accuracy(), 0.8);
}

TEST_P(TrainerOf, ResumesToTheBit) {
  const TemporaryFolder folder;
  const SmallRun run(options());
  Trainer uninterrupted = run.trainer();
  for (int epoch = 0; epoch < 3; ++epoch) run_epoch(uninterrupted, run.samples);

  {
    Trainer first = run.trainer();
    run_epoch(first, run.samples);
    first.save((folder / "state"), run.task.settings);
    // What an interrupted epoch did must not show.
    first.train_epoch(run.samples, kIgnore);
  }
  Trainer second = run.trainer();
  second.restore((folder / "state"), run.task.settings);
  EXPECT_EQ(second.finished_epochs(), 1);
  while (second.finished_epochs() < 3) run_epoch(second, run.samples);

  expect_same_weights(uninterrupted, second);
  EXPECT_EQ(uninterrupted.history(), second.history());
}

INSTANTIATE_TEST_SUITE_P(Formulations, TrainerOf,
                         testing::Combine(testing::Values(models::AttentionKind::standard,
                                                          models::AttentionKind::quest),
                                          testing::Values("fp32", "bf16")),
                         [](const auto& test) {
                           return models::to_string(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });

TEST(Trainer, SeedsDecideTheWeights) {
  TrainOptions options = small_options("unused");
  const SmallRun run(options);
  expect_same_weights(run.trainer(), run.trainer());
  options.seed = 1;
  const SmallRun other(options);
  EXPECT_FALSE(torch::equal(run.trainer().model()->named_parameters()["head.weight"],
                            other.trainer().model()->named_parameters()["head.weight"]));
}

TEST(Trainer, StopsAfterTheBatchThatSaysSo) {
  const SmallRun run(small_options("unused"));
  Trainer trainer = run.trainer();
  std::vector<std::int64_t> batches;
  const auto stop_at_second = [&](std::int64_t images) {
    batches.push_back(images);
    if (batches.size() == 2) throw Interrupted("enough");
  };
  EXPECT_THROW(trainer.train_epoch(run.samples, stop_at_second), Interrupted);
  EXPECT_EQ(batches, (std::vector<std::int64_t>{16, 16}));
  EXPECT_EQ(trainer.finished_epochs(), 0);
}

TEST(Trainer, CountsEverySampleOnceWithAShortLastBatch) {
  const SmallRun run(small_options("unused"));
  Trainer trainer = run.trainer();
  std::vector<std::int64_t> batches;
  const EpochResult result =
      trainer.train_epoch(run.samples, [&](std::int64_t images) { batches.push_back(images); });
  EXPECT_EQ(batches, (std::vector<std::int64_t>{16, 16, 16, 12}));
  EXPECT_EQ(result.train_count, 60);
}

TEST(Trainer, SaysWhenTheLossIsNoLongerFinite) {
  const SmallRun run(small_options("unused"));
  Trainer trainer = run.trainer();
  {
    const torch::NoGradGuard no_grad;
    trainer.model()->named_parameters()["head.bias"].fill_(std::numeric_limits<float>::quiet_NaN());
  }
  try {
    trainer.train_epoch(run.samples, kIgnore);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::nothing_evaluated);
    EXPECT_THAT(error.what(), testing::HasSubstr("step 1"));
    EXPECT_THAT(error.hint(), testing::HasSubstr("--lr"));
  }
}

TEST(Trainer, EvaluatesNothingWithoutSamples) {
  const SmallRun run(small_options("unused"));
  EXPECT_EQ(run.trainer().evaluate({}).count, 0);
}

}  // namespace
}  // namespace vitrobust::train
