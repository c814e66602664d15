// AutoAttack with its full budgets on a few samples of a small network; tests/attacks/cascade_test.cpp has
// the rest.
#include "attacks/autoattack.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "attacks/audit.h"
#include "core/error.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

using testing::ElementsAre;

// One run: its cost hardly depends on the number of samples, since one survivor spends the whole budget. That
// parts are no stronger than the whole, and that both modes break the same, is tested on cascades and on the
// parts.
TEST(AutoAttack, IsConfirmedInTheBall) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 12, 6);
  const AttackOutput output = toy::make("autoattack:eps=2/255")->run(*model, batch.input(), 5);
  EXPECT_NO_THROW((void)audit(batch.images, output.adversarial,
                              {.norm = Norm::linf, .epsilon = Fraction(2, 255)}, "autoattack"));
  EXPECT_TRUE(at::equal(output.broken, model->logits(output.adversarial).argmax(1).ne(batch.labels)));
  EXPECT_FALSE(output.broken.all().item<bool>()) << "too easy a test";
  EXPECT_TRUE(output.broken_by.ge(0).any().item<bool>());
}

TEST(AutoAttackVersions, AreMadeOfTheReferencesAttacks) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch none{at::zeros({0, 3, 6, 6}), at::zeros({0}, at::kLong), {}};
  const auto components = [&](const std::string& condition) {
    return toy::make(condition)->run(*model, none.input(), 0).components;
  };
  EXPECT_THAT(components("autoattack"), ElementsAre("apgd_ce", "apgd_t", "fab_t", "square"));
  EXPECT_THAT(components("autoattack:version=plus"),
              ElementsAre("apgd_ce", "apgd_dlr", "fab", "square", "apgd_t", "fab_t"));
  EXPECT_THAT(components("autoattack:version=rand"), ElementsAre("apgd_ce", "apgd_dlr"));
}

TEST(AutoAttackVersions, CostWhatTheirPartsDo) {
  const auto sum = [](const std::vector<std::string>& parts) {
    std::int64_t total = 1;
    for (const std::string& part : parts) total += toy::make(part)->cost() + 1;
    return total;
  };
  EXPECT_EQ(toy::make("autoattack")->cost(), sum({"apgd", "apgd_t", "fab_t", "square"}));
  EXPECT_EQ(toy::make("autoattack:norm=l1")->cost(),
            sum({"apgd:norm=l1,restarts=5", "apgd_t:norm=l1,targets=5", "fab_t:norm=l1", "square:norm=l1"}));
  EXPECT_EQ(toy::make("autoattack:version=rand")->cost(), sum({"apgd:eot=20", "apgd:eot=20,loss=dlr"}));
  EXPECT_EQ(toy::make("autoattack:version=plus")->cost(),
            sum({"apgd:restarts=5", "apgd:restarts=5", "fab:restarts=5", "square", "apgd_t", "fab_t"}));
}

TEST(AutoAttackVersions, TheTargetedLossNeedsFourClasses) {
  const auto model = toy::make_conv(6, 3, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 2, 6);
  EXPECT_THROW((void)toy::make("autoattack:eps=0")->run(*model, batch.input(), 0), UsageError);
}

}  // namespace
}  // namespace vitrobust::attacks
