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

struct Case {
  const char* norm;
  const char* epsilon;
};

class AutoAttack : public testing::TestWithParam<Case> {
 protected:
  AutoAttack() : model_(toy::make_conv(6, 5, 2, at::kFloat)), batch_(toy::make_batch(*model_, 12, 6)) {}

  [[nodiscard]] static std::string radius() {
    return std::string("norm=") + GetParam().norm + ",eps=" + GetParam().epsilon;
  }
  [[nodiscard]] AttackOutput run(const std::string& condition) const {
    return toy::make(condition)->run(*model_, batch_.input(), 5);
  }

  std::unique_ptr<models::Classifier> model_;
  toy::Batch batch_;
};

TEST_P(AutoAttack, IsConfirmedInTheBallAndAtLeastAsStrongAsItsParts) {
  const AttackOutput output = run("autoattack:" + radius());
  EXPECT_THAT(output.components, ElementsAre("apgd_ce", "apgd_t", "fab_t", "square"));
  const ThreatModel threat{.norm = parse_norm(GetParam().norm),
                           .epsilon = Fraction::parse(GetParam().epsilon)};
  EXPECT_NO_THROW((void)audit(batch_.images, output.adversarial, threat, "autoattack"));
  EXPECT_TRUE(at::equal(output.broken, model_->logits(output.adversarial).argmax(1).ne(batch_.labels)));
  EXPECT_FALSE(output.broken.all().item<bool>()) << "too easy a comparison";
  for (const char* part : {"apgd:", "apgd_t:", "fab_t:", "square:"}) {
    const at::Tensor alone = run(part + radius()).broken;
    EXPECT_TRUE(output.broken.ge(alone).all().item<bool>()) << part;
  }
  // Reference: all iterations, and the same samples broken.
  const AttackOutput reference = run("autoattack:mode=reference," + radius());
  EXPECT_TRUE(at::equal(output.broken, reference.broken));
  EXPECT_TRUE(at::equal(output.broken_by, reference.broken_by));
  EXPECT_LE(output.queries.sum().item<std::int64_t>(), reference.queries.sum().item<std::int64_t>());
}

INSTANTIATE_TEST_SUITE_P(Norms, AutoAttack,
                         testing::Values(Case{"linf", "2/255"}, Case{"l2", "0.08"}, Case{"l1", "0.6"}),
                         [](const auto& test) { return std::string(test.param.norm); });

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
