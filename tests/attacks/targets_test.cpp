#include "attacks/targets.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <set>

#include "attacks/attack.h"
#include "attacks/losses.h"
#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

Target target(const std::string& text) {
  const ParameterSpec spec = target_parameter();
  return Target(Parameters::resolve({"test", {{"target", text}}}, {&spec, 1}));
}

at::Tensor classes(const std::vector<std::int64_t>& values) {
  return at::tensor(values, at::kLong);
}

TEST(Targets, RivalsAreTheOtherClassesByFallingLogit) {
  const at::Tensor logits = at::tensor({1.0, 5.0, 3.0, 3.0, 9.0, 0.0, 2.0, -1.0}, at::kDouble).view({2, 4});
  EXPECT_TRUE(at::equal(rivals(logits, classes({1, 3})), classes({2, 3, 0, 0, 2, 1}).view({2, 3})))
      << "of equal logits the smaller class comes first";
}

TEST(Targets, EveryKindIsAnotherClassThanTheLabel) {
  const at::Tensor logits = toy::uniform({40, 6}, 1);
  const at::Tensor labels = at::arange(40, at::kLong).remainder(6);
  std::vector<std::uint64_t> ids(40);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = 3 * i;
  EXPECT_FALSE(static_cast<bool>(target("none")));
  for (const char* kind : {"second", "least_likely", "random", "2"}) {
    const at::Tensor chosen = target(kind).choose(logits, labels, ids, 7);
    EXPECT_TRUE(chosen.ne(labels).all().item<bool>()) << kind;
    EXPECT_TRUE(chosen.ge(0).logical_and(chosen.lt(6)).all().item<bool>()) << kind;
  }
  const at::Tensor others = rivals(logits, labels);
  EXPECT_TRUE(at::equal(target("second").choose(logits, labels, ids, 7), others.select(1, 0)));
  EXPECT_TRUE(at::equal(target("least_likely").choose(logits, labels, ids, 7), others.select(1, 4)));
  const at::Tensor two = target("2").choose(logits, labels, ids, 7);
  EXPECT_TRUE(two.eq(2).logical_or(labels.eq(2)).all().item<bool>());
}

TEST(Targets, RandomOnesDependOnSampleAndSeedAlone) {
  const at::Tensor logits = toy::uniform({200, 6}, 1);
  const at::Tensor labels = at::zeros({200}, at::kLong);
  std::vector<std::uint64_t> ids(200);
  for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = i;
  const at::Tensor all = target("random").choose(logits, labels, ids, 7);
  for (const std::int64_t i : {0, 57, 199}) {
    const std::uint64_t id = ids[static_cast<std::size_t>(i)];
    EXPECT_TRUE(
        at::equal(target("random").choose(logits.narrow(0, i, 1), labels.narrow(0, i, 1), {&id, 1}, 7),
                  all.narrow(0, i, 1)));
  }
  EXPECT_FALSE(at::equal(target("random").choose(logits, labels, ids, 8), all));
  // 200 draws from 5 classes: each is there 40 ± 5·5.7 times.
  for (std::int64_t c = 1; c < 6; ++c) EXPECT_NEAR(all.eq(c).sum().item<double>(), 40, 29) << c;
}

TEST(Targets, AClassThatTheModelLacksIsRefused) {
  const std::uint64_t id = 0;
  EXPECT_THROW((void)target("6").choose(at::zeros({1, 6}), at::zeros({1}, at::kLong), {&id, 1}, 0),
               UsageError);
  EXPECT_THROW(target("nearest"), UsageError);
}

TEST(Targets, ATargetedAttackRaisesTheTargetsProbability) {
  const toy::Mlp mlp = toy::make_mlp(4, 6, 3);
  const auto model = toy::classifier(mlp, at::kDouble);
  const toy::Batch batch = toy::make_batch(*model, 40, 3);
  const at::Tensor aims =
      target("least_likely").choose(model->logits(batch.images), batch.labels, batch.ids, 1);
  const at::Tensor goal = at::stack({batch.labels, aims}, 1);
  for (const char* condition : {"fgsm:eps=0.5/255,target=least_likely", "bim:eps=0.5/255,target=least_likely",
                                "pgd:eps=0.5/255,target=least_likely,loss=cw",
                                "pgd:eps=0.5/255,target=least_likely,random_start=false"}) {
    const AttackOutput output = toy::make(condition)->run(*model, batch.input(), 1);
    const at::Tensor rows = output.broken.logical_not();
    const at::Tensor gain = targeted_cross_entropy(model->logits(output.adversarial), goal) -
                            targeted_cross_entropy(model->logits(batch.images), goal);
    ASSERT_GT(rows.sum().item<std::int64_t>(), 10) << condition;
    EXPECT_GT(gain.masked_select(rows).min().item<double>(), 0) << condition;
  }
}

}  // namespace
}  // namespace vitrobust::attacks
