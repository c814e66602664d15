#include "attacks/objective.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "attacks/attack.h"
#include "attacks/losses.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// A model that is another one at every call: its logits are scaled by 1, 2, 3, 1, 2, 3, …
class Turning {
 public:
  Turning()
      : model_({.classes = 2, .height = 1, .width = 1, .lanes = 8}, at::kDouble,
               [this](const at::Tensor& images) {
                 const at::Tensor p = images.mean({1, 2, 3}) * (1 + calls_++ % 3);
                 return at::stack({p, at::zeros_like(p)}, 1);
               }) {}
  const models::Classifier& model() const { return model_; }
  int calls() const { return calls_; }

 private:
  int calls_ = 0;
  toy::FunctionClassifier model_;
};

TEST(Objective, AveragesOverTheTransformations) {
  const at::Tensor images = at::full({2, 3, 1, 1}, 0.5, at::kDouble);
  const at::Tensor targets = at::zeros({2, 1}, at::kLong);
  const Turning turning;
  const Objective objective(turning.model(), cw_margin, 3);
  const auto pass = objective.gradient(images, targets);
  EXPECT_EQ(objective.queries(), 3);
  EXPECT_EQ(turning.calls(), 3);
  // −p·scale and −scale/3 for each of three channels, on average over the scales 1, 2, 3.
  EXPECT_LT(toy::distance(pass.loss, at::full({2}, -1.0, at::kDouble)), 1e-15);
  EXPECT_LT(toy::distance(pass.gradient, at::full({2, 3, 1, 1}, -2.0 / 3, at::kDouble)), 1e-15);
  EXPECT_LT(toy::distance(pass.logits.select(1, 0), at::full({2}, 1.0, at::kDouble)), 1e-15);
  const auto value = objective.value(images, targets);
  EXPECT_FALSE(value.gradient.defined());
  EXPECT_LT(toy::distance(value.loss, pass.loss), 1e-15);
}

TEST(Objective, InReferenceModeTheLastPassDecides) {
  const at::Tensor images = at::full({1, 3, 1, 1}, 0.5, at::kDouble);
  const Turning turning;
  const auto pass = Objective(turning.model(), cw_margin, 3, Mode::reference)
                        .gradient(images, at::zeros({1, 1}, at::kLong));
  EXPECT_NEAR(pass.loss.item<double>(), -1.5, 1e-15);
  EXPECT_NEAR(pass.logits[0][0].item<double>(), 1.5, 1e-15);
  EXPECT_NEAR(pass.gradient[0][0].item<double>(), -2.0 / 3, 1e-15);
}

TEST(Objective, QueriesOfEveryPassAreCounted) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 7, 8);
  for (const char* condition : {"pgd:eps=0,steps=4,eot=3", "pgd:eps=0,steps=4,eot=3,random_start=false",
                                "apgd:eps=0,steps=4,eot=3", "apgd_t:eps=0,steps=4,eot=3"}) {
    const auto attack = toy::make(condition);
    const AttackOutput output = attack->run(*model, batch.input(), 1);
    const std::int64_t survivor = output.queries.max().item<std::int64_t>();
    EXPECT_LE(survivor, attack->cost()) << condition;
    EXPECT_GE(survivor, 4 * 3) << condition;
  }
}

}  // namespace
}  // namespace vitrobust::attacks
