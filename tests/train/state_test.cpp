#include "train/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/error.h"
#include "core/files.h"
#include "models/checkpoint/safetensors.h"
#include "small_run.h"
#include "train/optimizer.h"

namespace vitrobust::train {
namespace {

using testing::HasSubstr;
using tests::TemporaryFolder;

/// A linear layer after one step.
struct Trained {
  torch::nn::Linear model{3, 2};
  torch::optim::AdamW optimizer = make_optimizer(*model, 0.1);

  Trained() {
    model->forward(torch::ones({1, 3})).sum().backward();
    optimizer.step();
  }
};

const Json kSettings{{"lr", 0.1}, {"data", "glyphs:train"}};

std::string restore_error(const std::string& path, const Json& settings) {
  Trained target;
  try {
    restore_state(path, *target.model, target.optimizer, settings);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

TEST(State, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const Trained saved;
  TrainingState state;
  state.optimizer_steps = 1;
  state.history.push_back(
      {.loss = 1.0 / 3, .train_correct = 2, .train_count = 5, .eval_correct = 1, .eval_count = 3});
  state.history.push_back({.loss = 0.1, .train_correct = 4, .train_count = 5});
  save_state((folder / "state"), *saved.model, saved.optimizer, state, kSettings);

  Trained target;
  const auto restored = restore_state((folder / "state"), *target.model, target.optimizer, kSettings);
  ASSERT_TRUE(restored.has_value());
  EXPECT_EQ(restored->history, state.history);
  EXPECT_EQ(restored->optimizer_steps, 1);
  EXPECT_TRUE(torch::equal(target.model->weight, saved.model->weight));
  EXPECT_TRUE(torch::equal(target.model->bias, saved.model->bias));
  const auto& moments = static_cast<const torch::optim::AdamWParamState&>(
      *target.optimizer.state().at(target.model->weight.unsafeGetTensorImpl()));
  EXPECT_EQ(moments.step(), 1);
  EXPECT_TRUE(torch::allclose(moments.exp_avg(), torch::full({2, 3}, 0.1)));
  EXPECT_TRUE(torch::allclose(moments.exp_avg_sq(), torch::full({2, 3}, 0.001)));
}

TEST(State, IsNothingWithoutAFile) {
  const TemporaryFolder folder;
  Trained target;
  EXPECT_FALSE(restore_state((folder / "state"), *target.model, target.optimizer, kSettings).has_value());
}

TEST(State, RefusesOtherSettingsByName) {
  const TemporaryFolder folder;
  const Trained saved;
  save_state((folder / "state"), *saved.model, saved.optimizer, {}, kSettings);
  EXPECT_THAT(restore_error((folder / "state"), {{"lr", 0.2}, {"data", "glyphs:train"}}),
              HasSubstr("was made with lr 0.1, this call says 0.2"));
  EXPECT_THAT(restore_error((folder / "state"), {{"lr", 0.1}, {"data", "glyphs:train"}, {"seed", 1}}),
              HasSubstr("was made with seed nothing, this call says 1"));
  EXPECT_THAT(restore_error((folder / "state"), {{"lr", 0.1}}),
              HasSubstr("was made with data \"glyphs:train\", this call says nothing"));
}

TEST(State, RefusesDamagedFiles) {
  const TemporaryFolder folder;
  const Trained saved;
  const std::string path = (folder / "state");
  save_state(path, *saved.model, saved.optimizer, {}, kSettings);
  const std::string bytes = read_file(path, 1 << 20);
  write_file_atomically(path, bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(restore_error(path, kSettings), HasSubstr(path));

  models::write_safetensors(path, {{"weight/weight", torch::zeros({2, 3})}}, {});
  EXPECT_THAT(restore_error(path, kSettings), HasSubstr("is not a training state"));

  const std::map<std::string, std::string> metadata{{"settings", dump_json(kSettings)},
                                                    {"progress", R"({"optimizer_steps": 1, "history": []})"}};
  models::write_safetensors(path, {{"weight/weight", torch::zeros({3, 2})}}, metadata);
  EXPECT_THAT(restore_error(path, kSettings), HasSubstr("'weight/weight' has another shape"));
  models::write_safetensors(path, {{"other", torch::zeros({3, 2})}}, metadata);
  EXPECT_THAT(restore_error(path, kSettings), HasSubstr("'weight/weight' is missing"));
}

}  // namespace
}  // namespace vitrobust::train
