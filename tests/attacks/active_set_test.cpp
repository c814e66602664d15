#include "attacks/active_set.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

using testing::Test;

/// Four 1×1 images, all of class 0 in a model of two classes.
class ActiveSetTest : public Test {
 protected:
  ActiveSetTest()
      : model_({.classes = 2, .height = 1, .width = 1, .lanes = 2}, at::kDouble,
               [](const at::Tensor& images) {
                 return at::zeros({images.size(0), 2}, images.options());
               }),
        batch_{at::zeros({4, 3, 1, 1}, at::kDouble), at::zeros({4}, at::kLong), {10, 11, 12, 13}} {}

  /// Logits that classify a packed row as 1 (wrong) where the list says so.
  static at::Tensor logits(const std::vector<double>& wrong) {
    const at::Tensor second = at::tensor(wrong, at::kDouble);
    return at::stack({at::full_like(second, 0.5), second}, 1);
  }
  static at::Tensor filled(std::int64_t rows, double value) {
    return at::full({rows, 3, 1, 1}, value, at::kDouble);
  }
  static std::vector<double> pixels(const AttackOutput& output) {
    const at::Tensor first = output.adversarial.select(1, 0).reshape(-1).contiguous();
    return {first.const_data_ptr<double>(), first.const_data_ptr<double>() + first.numel()};
  }

  toy::FunctionClassifier model_;
  toy::Batch batch_;
};

TEST_F(ActiveSetTest, StartsWithEverybodyAndCleanImages) {
  ActiveSet active(batch_.input(), model_);
  EXPECT_EQ(active.size(), 4);
  EXPECT_EQ(active.targets().sizes(), at::IntArrayRef({4, 1}));
  const AttackOutput output = std::move(active).finish();
  EXPECT_TRUE(at::equal(output.adversarial, batch_.images));
  EXPECT_FALSE(output.broken.any().item<bool>());
  EXPECT_EQ(output.queries.sum().item<std::int64_t>(), 0);
}

TEST_F(ActiveSetTest, BrokenSamplesLeaveAndTheRestIsPackedInOrder) {
  ActiveSet active(batch_.input(), model_);
  const at::Tensor before = at::arange(4, at::kDouble);
  active.screen(logits({0, 1, 0, 0}));
  EXPECT_EQ(active.sample_ids(), (std::vector<std::uint64_t>{10, 12, 13}));
  EXPECT_TRUE(at::equal(active.repack(before), at::tensor({0.0, 2.0, 3.0}, at::kDouble)));
  const at::Tensor packed = active.repack(before);
  active.record(filled(3, 0.5), logits({1, 0, 0}), at::ones({3}, at::kDouble));
  EXPECT_EQ(active.sample_ids(), (std::vector<std::uint64_t>{12, 13}));
  EXPECT_TRUE(at::equal(active.repack(packed), at::tensor({2.0, 3.0}, at::kDouble)));
  EXPECT_TRUE(at::equal(active.pack(before), at::tensor({2.0, 3.0}, at::kDouble)));
  active.record(filled(2, 0.7), logits({0, 0}), at::zeros({2}, at::kDouble));
  EXPECT_TRUE(at::equal(active.repack(before.narrow(0, 0, 2)), before.narrow(0, 0, 2))) << "nobody left";
  const AttackOutput output = std::move(active).finish();
  EXPECT_TRUE(at::equal(output.broken, at::tensor({1, 1, 0, 0}, at::kLong).to(at::kBool)));
  EXPECT_TRUE(at::equal(output.queries, at::tensor({2, 1, 3, 3}, at::kLong)));
  EXPECT_EQ(pixels(output), (std::vector<double>{0.5, 0, 0.5, 0.5}));
}

TEST_F(ActiveSetTest, KeepsTheHighestLossAndOfEqualOnesTheLast) {
  ActiveSet active(batch_.input(), model_);
  const auto loss = [](std::vector<double> values) { return at::tensor(values, at::kDouble); };
  active.record(filled(4, 0.1), logits({0, 0, 0, 0}), loss({1, 3, 2, 9}));
  active.record(filled(4, 0.2), logits({0, 0, 0, 0}), loss({2, 2, 2, 9}));
  // Misclassified: this image counts, whatever its loss.
  active.record(filled(4, 0.3), logits({0, 0, 0, 1}), loss({1, 1, 1, 1}));
  EXPECT_EQ(pixels(std::move(active).finish()), (std::vector<double>{0.2, 0.1, 0.2, 0.3}));
}

TEST_F(ActiveSetTest, TheCallersImagesStayAsTheyWere) {
  const at::Tensor before = batch_.images.clone();
  ActiveSet active(batch_.input(), model_);
  active.record(filled(4, 0.9), logits({1, 1, 1, 1}), at::ones({4}, at::kDouble));
  EXPECT_TRUE(active.empty());
  EXPECT_TRUE(at::equal(batch_.images, before));
}

TEST_F(ActiveSetTest, EmptyBatchIsEmpty) {
  const toy::Batch none{at::zeros({0, 3, 1, 1}, at::kDouble), at::zeros({0}, at::kLong), {}};
  EXPECT_TRUE(ActiveSet(none.input(), model_).empty());
}

TEST_F(ActiveSetTest, RefusesInputThatBreaksTheContract) {
  const auto refuses = [this](toy::Batch batch) {
    EXPECT_THROW(ActiveSet(batch.input(), model_), InternalError);
  };
  refuses({batch_.images.to(at::kFloat), batch_.labels, batch_.ids});
  refuses({batch_.images.view({4, 3}), batch_.labels, batch_.ids});
  refuses({batch_.images, batch_.labels.to(at::kInt), batch_.ids});
  refuses({batch_.images, batch_.labels.narrow(0, 0, 3), batch_.ids});
  refuses({batch_.images, batch_.labels, {1, 2, 3}});
  refuses({batch_.images, batch_.labels + 2, batch_.ids});
  refuses({batch_.images, batch_.labels - 1, batch_.ids});
}

}  // namespace
}  // namespace vitrobust::attacks
