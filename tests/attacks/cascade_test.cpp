#include "attacks/cascade.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "attacks/losses.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

std::unique_ptr<Attack> cascade_of(const std::vector<std::string>& conditions) {
  std::vector<Component> components;
  for (const std::string& condition : conditions) components.push_back({condition, toy::make(condition)});
  return make_cascade(std::move(components));
}

const std::vector<std::string> kConditions = {"fgsm:eps=1/255", "pgd:eps=1.5/255,step_size=0.25/255,steps=10",
                                              "apgd_t:eps=3/255,steps=20"};

class CascadeTest : public testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override {
    model_ = toy::make_conv(6, 5, 2, GetParam());
    batch_ = toy::make_batch(*model_, 120, 6);
  }
  [[nodiscard]] AttackOutput run(const Attack& attack) const {
    return attack.run(*model_, batch_.input(), 5);
  }

  std::unique_ptr<models::Classifier> model_;
  toy::Batch batch_;
};

TEST_P(CascadeTest, BreaksTheUnionOfWhatItsComponentsBreakAlone) {
  const auto cascade = cascade_of(kConditions);
  const AttackOutput together = run(*cascade);
  const at::Tensor clean = model_->logits(batch_.images).argmax(1).ne(batch_.labels);
  at::Tensor broken = clean;
  at::Tensor broken_by = at::full({120}, -1, at::kLong);
  for (std::size_t i = 0; i < kConditions.size(); ++i) {
    const at::Tensor alone = run(*toy::make(kConditions[i])).broken;
    broken_by.masked_fill_(alone.logical_and(broken.logical_not()), static_cast<std::int64_t>(i));
    broken = broken.logical_or(alone);
  }
  EXPECT_TRUE(at::equal(together.broken, broken));
  EXPECT_TRUE(at::equal(together.broken_by, broken_by));
  EXPECT_EQ(together.components, kConditions);
  for (std::int64_t i = -1; i < 3; ++i)
    EXPECT_GT(broken_by.eq(i).sum().item<std::int64_t>(), 0) << i << ": too easy a comparison";
  EXPECT_FALSE(broken.all().item<bool>());
}

TEST_P(CascadeTest, ReturnsWhatBrokeASampleAndElseTheStrongestAttempt) {
  const AttackOutput together = run(*cascade_of(kConditions));
  const at::Tensor labels = batch_.labels.unsqueeze(1);
  const at::Tensor margin = cw_margin(model_->logits(together.adversarial), labels);
  EXPECT_TRUE(at::equal(margin.gt(0), together.broken));
  for (const std::string& condition : kConditions) {
    const at::Tensor alone = cw_margin(model_->logits(run(*toy::make(condition)).adversarial), labels);
    EXPECT_TRUE(margin.ge(alone).logical_or(together.broken).all().item<bool>()) << condition;
  }
}

TEST_P(CascadeTest, CountsEveryQuery) {
  const auto cascade = cascade_of(kConditions);
  const AttackOutput output = run(*cascade);
  std::int64_t total = 1;
  for (const std::string& condition : kConditions) total += toy::make(condition)->cost() + 1;
  EXPECT_EQ(cascade->cost(), total);
  EXPECT_LE(output.queries.max().item<std::int64_t>(), total);
  const at::Tensor untouched =
      output.queries.masked_select(output.broken.logical_and(output.broken_by.lt(0)));
  EXPECT_TRUE(untouched.eq(1).all().item<bool>()) << "wrong from the start: one look";
}

INSTANTIATE_TEST_SUITE_P(Dtypes, CascadeTest, testing::Values(at::kFloat, at::kDouble),
                         [](const auto& test) { return test.param == at::kFloat ? "float32" : "float64"; });

TEST(Cascade, TakesAnEmptyBatchAndNoComponents) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch none{at::zeros({0, 3, 6, 6}), at::zeros({0}, at::kLong), {}};
  const AttackOutput output = cascade_of(kConditions)->run(*model, none.input(), 1);
  EXPECT_EQ(output.broken_by.numel(), 0);
  const toy::Batch batch = toy::make_batch(*model, 9, 6);
  EXPECT_TRUE(at::equal(cascade_of({})->run(*model, batch.input(), 1).adversarial, batch.images));
}

}  // namespace
}  // namespace vitrobust::attacks
