// FAB, DeepFool, and Carlini and Wagner: what they have in common.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "attacks/boundary.h"
#include "attacks/nearest_set.h"
#include "attacks/rows.h"
#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

class NearestSetTest : public testing::Test {
 protected:
  std::unique_ptr<models::Classifier> model_ = toy::make_conv(4, 3, 2, at::kFloat);
  toy::Batch batch_{at::full({3, 3, 4, 4}, 0.5), at::zeros({3}, at::kLong), {7, 8, 9}};
  at::Tensor all_ = at::ones({3}, at::kBool);

  [[nodiscard]] NearestSet set(std::optional<double> epsilon, NearestSet::Leave leave) const {
    return {batch_.input(), *model_, Norm::linf, epsilon, leave};
  }
  [[nodiscard]] at::Tensor moved(double a, double b, double c) const {
    return batch_.images + at::tensor({a, b, c}, at::kFloat).view({3, 1, 1, 1});
  }
};

TEST_F(NearestSetTest, KeepsTheNearestWithinTheRadiusAndDropsIt) {
  NearestSet books = set(0.25, NearestSet::Leave::at_once);
  books.record(moved(0.25, 0.25 + 1e-7, 0.125), at::tensor({1, 1, 0}).to(at::kBool));
  EXPECT_EQ(books.sample_ids(), (std::vector<std::uint64_t>{8, 9})) << "a radius is met without tolerance";
  const at::Tensor images = books.repack(moved(0, 0.3, 0.2));
  books.record(images, at::ones({2}, at::kBool));
  EXPECT_EQ(books.sample_ids(), (std::vector<std::uint64_t>{8}));
  const AttackOutput output = std::move(books).finish();
  EXPECT_TRUE(at::equal(output.broken, at::tensor({1, 0, 1}).to(at::kBool)));
  EXPECT_TRUE(at::equal(output.queries, at::tensor({1, 2, 2})));
  EXPECT_TRUE(at::equal(output.adversarial, moved(0.25, 0, 0.2))) << "what was not broken stays clean";
}

TEST_F(NearestSetTest, WithoutARadiusNearerOnesAreLookedForToTheEnd) {
  NearestSet books = set(std::nullopt, NearestSet::Leave::at_once);
  books.record(moved(0.5, 0.4, 0.3), at::tensor({1, 1, 0}).to(at::kBool));
  books.record(moved(0.25, 0.45, 0.2), all_);
  books.drop_broken();
  EXPECT_EQ(books.size(), 3);
  const AttackOutput output = std::move(books).finish();
  EXPECT_TRUE(output.broken.all().item<bool>());
  EXPECT_TRUE(at::equal(output.adversarial, moved(0.25, 0.4, 0.2)));
}

TEST_F(NearestSetTest, InReferenceModeTheBrokenLeaveWhenTold) {
  NearestSet books = set(0.25, NearestSet::Leave::when_told);
  books.record(moved(0.2, 0.3, 0.2), all_);
  books.record(moved(0.1, 0.3, 0.25), all_);
  EXPECT_EQ(books.size(), 3);
  books.drop_broken();
  EXPECT_EQ(books.sample_ids(), (std::vector<std::uint64_t>{8}));
  EXPECT_TRUE(at::equal(std::move(books).finish().adversarial, moved(0.1, 0, 0.2)));
}

TEST(Boundaries, RivalsLeaveTheLabelOut) {
  const at::Tensor logits = at::tensor({1.0, 5.0, 3.0, 5.0, 2.0, 4.0}, at::kDouble).view({2, 3});
  const at::Tensor labels = at::tensor({1, 0});
  EXPECT_TRUE(at::equal(likeliest_rivals(logits, labels, 9), at::tensor({2, 0, 2, 1}).view({2, 2})));
  EXPECT_TRUE(at::equal(likeliest_rivals(logits, labels, 1), at::tensor({2, 2}).view({2, 1})));
  EXPECT_THROW((void)likeliest_rivals(at::zeros({1, 1}), at::zeros({1}, at::kLong), 1), UsageError);
}

/// Of a linear network the distance to every boundary is known: |gap| / ‖w_t − w_y‖ in the dual norm, as long
/// as [0,1] is not reached.
class LinearNetwork : public testing::TestWithParam<const char*> {};

TEST_P(LinearNetwork, TheNearestExampleIsFound) {
  const Stage stage = parse_condition(GetParam()).stages.at(0);
  const auto norm_text = std::find_if(stage.parameters.begin(), stage.parameters.end(),
                                      [](const auto& pair) { return pair.first == "norm"; });
  const Norm norm = norm_text == stage.parameters.end() ? Norm::l2 : parse_norm(norm_text->second);
  const at::Tensor w = (toy::uniform({4, 48}, 5) - 0.5) * 4;
  const toy::FunctionClassifier model(
      {.classes = 4, .height = 4, .width = 4, .lanes = 4}, at::kDouble,
      [w](const at::Tensor& images) { return at::linear((images - 0.5).flatten(1), w); });
  toy::Batch batch = toy::make_batch(model, 12, 3);
  batch.images = 0.5 + 0.1 * (batch.images - 0.5);
  const at::Tensor logits = model.logits(batch.images);
  batch.labels = logits.argmax(1);

  const AttackOutput output = toy::make(GetParam())->run(model, batch.input(), 1);
  ASSERT_TRUE(output.broken.all().item<bool>());
  const at::Tensor found = row_norms(output.adversarial - batch.images, norm);
  for (std::int64_t i = 0; i < batch.images.size(0); ++i) {
    double nearest = INFINITY;
    const auto label = batch.labels[i].item<std::int64_t>();
    for (std::int64_t t = 0; t < 4; ++t) {
      if (t == label) continue;
      const double gap = (logits[i][label] - logits[i][t]).item<double>();
      const double length = dual_norms(norm, (w[t] - w[label]).unsqueeze(0)).item<double>();
      nearest = std::min(nearest, gap / length);
    }
    EXPECT_GE(found[i].item<double>(), nearest) << i;
    EXPECT_LE(found[i].item<double>(), nearest * 1.08 + 3e-4) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Attacks, LinearNetwork,
                         testing::Values("fab:norm=linf,eps=none", "fab:norm=l2,eps=none",
                                         "fab_t:norm=linf,eps=none", "fab_t:norm=l2,eps=none",
                                         "deepfool:norm=l2", "deepfool:norm=linf",
                                         "cw:steps=200,search_steps=9"),
                         [](const auto& test) { return std::to_string(test.index); });

TEST(Fab, EarlyStopAndReferenceModeBreakTheSame) {
  const auto model = toy::make_conv(6, 5, 2, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 40, 6);
  for (const char* condition : {"fab:eps=2/255,steps=12", "fab_t:eps=2/255,steps=12",
                                "fab_t:norm=l2,eps=0.08,steps=12", "fab_t:norm=l1,eps=0.6,steps=12"}) {
    const AttackOutput quick = toy::make(condition)->run(*model, batch.input(), 1);
    const AttackOutput full =
        toy::make(std::string(condition) + ",mode=reference")->run(*model, batch.input(), 1);
    EXPECT_TRUE(at::equal(quick.broken, full.broken)) << condition;
    EXPECT_LT(quick.queries.sum().item<std::int64_t>(), full.queries.sum().item<std::int64_t>()) << condition;
  }
}

TEST(Fab, TheRadiusDecidesAndNothingElse) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 20, 6);
  const AttackOutput nearest = toy::make("fab:norm=l2,eps=none,steps=15")->run(*model, batch.input(), 1);
  const at::Tensor distance =
      row_norms(nearest.adversarial.to(at::kDouble) - batch.images.to(at::kDouble), Norm::l2);
  const AttackOutput within = toy::make("fab:norm=l2,eps=0.08,steps=15")->run(*model, batch.input(), 1);
  EXPECT_TRUE(at::equal(within.broken, nearest.broken.logical_and(distance.le(0.08))));
}

TEST(Fab, CostsAndRefusals) {
  EXPECT_EQ(toy::make("fab_t")->cost(), 1 + 100 * 9 * 2);
  EXPECT_EQ(toy::make("fab:restarts=5")->cost(), 1 + 5 * 100 * 10);
  EXPECT_EQ(toy::make("deepfool")->cost(), 1 + 50 * 10);
  EXPECT_EQ(toy::make("cw")->cost(), 1 + 9 * 1000);
  EXPECT_THROW((void)toy::make("fab:eps=none,restarts=2"), UsageError);
}

}  // namespace
}  // namespace vitrobust::attacks
