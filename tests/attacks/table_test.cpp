// What every entry of the table must keep; a new attack is tested here the day it is added.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include <set>

#include "attacks/attack.h"
#include "attacks/audit.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// Whether the starting points of an attack, with its default parameters, are drawn at random.
bool draws(std::string_view name) {
  static const std::set<std::string_view> deterministic = {"fgsm"};
  return !deterministic.contains(name);
}

struct Made {
  std::unique_ptr<Attack> attack;
  ThreatModel threat;
};

Made make(const AttackEntry& entry, const std::string& epsilon) {
  const Stage stage{std::string(entry.name), {{"eps", epsilon}}};
  const Parameters parameters = Parameters::resolve(stage, entry.parameters);
  return {entry.make(parameters), entry.threat_model(parameters)};
}

class EveryAttack : public testing::TestWithParam<const AttackEntry*> {
 protected:
  static toy::Batch batch(const models::Classifier& model) { return toy::make_batch(model, 21, 8); }
  [[nodiscard]] Made made(const std::string& epsilon = "2/255") const { return make(*GetParam(), epsilon); }
};

TEST_P(EveryAttack, KeepsTheContractInBothPrecisions) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const auto model = toy::make_conv(6, 5, 2, dtype);
    const toy::Batch images = batch(*model);
    const at::Tensor before = images.images.clone();
    const Made made_attack = made();
    const AttackOutput output = made_attack.attack->run(*model, images.input(), 1);
    EXPECT_TRUE(at::equal(images.images, before)) << "the input belongs to the caller";
    EXPECT_EQ(output.adversarial.sizes(), images.images.sizes());
    EXPECT_EQ(output.adversarial.scalar_type(), dtype);
    EXPECT_EQ(output.broken.sizes(), images.labels.sizes());
    EXPECT_EQ(output.broken.scalar_type(), at::kBool);
    EXPECT_EQ(output.queries.sizes(), images.labels.sizes());
    EXPECT_EQ(output.queries.scalar_type(), at::kLong);
    EXPECT_GE(output.queries.min().item<std::int64_t>(), 1);
    EXPECT_LE(output.queries.max().item<std::int64_t>(), made_attack.attack->cost());
    EXPECT_NO_THROW((void)audit(images.images, output.adversarial, made_attack.threat, GetParam()->name));
    // Confirmed by a pass of its own, in other batches than the attack saw.
    for (std::int64_t i = 0; i < output.broken.size(0); ++i) {
      const at::Tensor prediction = model->logits(output.adversarial.narrow(0, i, 1)).argmax(1);
      EXPECT_EQ(output.broken[i].item<bool>(), !at::equal(prediction, images.labels.narrow(0, i, 1))) << i;
    }
  }
}

TEST_P(EveryAttack, StaysInTheBallAndInTheRangeInFloat32) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch images = batch(*model);
  ASSERT_TRUE(images.images.eq(0).any().item<bool>() && images.images.eq(1).any().item<bool>());
  for (const char* epsilon : {"1/255", "2/255", "4/255", "8/255", "0.031", "16/255", "0.1", "0.3"}) {
    const Made made_attack = made(epsilon);
    const AttackOutput output = made_attack.attack->run(*model, images.input(), 1);
    EXPECT_NO_THROW((void)audit(images.images, output.adversarial, made_attack.threat, epsilon));
  }
}

TEST_P(EveryAttack, RadiusZeroChangesNothing) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch images = batch(*model);
  const AttackOutput output = made("0").attack->run(*model, images.input(), 1);
  EXPECT_TRUE(at::equal(output.adversarial, images.images));
  EXPECT_TRUE(at::equal(output.broken, model->logits(images.images).argmax(1).ne(images.labels)));
}

TEST_P(EveryAttack, AHugeRadiusBreaksMoreThanATinyOne) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch images = batch(*model);
  const auto broken = [&](const char* epsilon) {
    return made(epsilon).attack->run(*model, images.input(), 1).broken.sum().item<std::int64_t>();
  };
  EXPECT_GT(broken("16/255"), broken("0.01/255"));
}

TEST_P(EveryAttack, TheSeedDecidesEverythingThatIsRandom) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch images = batch(*model);
  const auto run = [&](std::uint64_t seed) { return made().attack->run(*model, images.input(), seed); };
  const AttackOutput first = run(1);
  const AttackOutput again = run(1);
  EXPECT_TRUE(at::equal(first.adversarial, again.adversarial));
  EXPECT_TRUE(at::equal(first.broken, again.broken));
  EXPECT_TRUE(at::equal(first.queries, again.queries));
  EXPECT_EQ(at::equal(first.adversarial, run(2).adversarial), !draws(GetParam()->name));
}

TEST_P(EveryAttack, TakesAnEmptyBatch) {
  const auto model = toy::make_conv(6, 5, 2, at::kFloat);
  const toy::Batch none{at::zeros({0, 3, 6, 6}), at::zeros({0}, at::kLong), {}};
  const AttackOutput output = made().attack->run(*model, none.input(), 1);
  EXPECT_EQ(output.adversarial.sizes(), none.images.sizes());
  EXPECT_EQ(output.broken.numel(), 0);
  EXPECT_EQ(output.queries.numel(), 0);
}

TEST_P(EveryAttack, IsDescribed) {
  const AttackEntry& entry = *GetParam();
  EXPECT_FALSE(entry.help.empty());
  EXPECT_EQ(find_attack(entry.name), &entry);
  for (const ParameterSpec& spec : entry.parameters) {
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_FALSE(spec.default_value.empty()) << spec.name;
  }
  EXPECT_EQ(made("8/255").threat.epsilon, std::optional(Fraction(8, 255)));
}

std::vector<const AttackEntry*> entries() {
  std::vector<const AttackEntry*> result;
  for (const AttackEntry& entry : attack_table()) result.push_back(&entry);
  return result;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryAttack, testing::ValuesIn(entries()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(Table, NamesAreUniqueAndUnknownOnesAreNotFound) {
  std::set<std::string_view> names;
  for (const AttackEntry& entry : attack_table()) EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  EXPECT_EQ(find_attack("pdg"), nullptr);
}

TEST(Table, DefaultsAreTheDocumentedOnes) {
  const AttackEntry* pgd = find_attack("pgd");
  ASSERT_NE(pgd, nullptr);
  EXPECT_EQ(
      Parameters::resolve({"pgd", {}}, pgd->parameters).to_json().dump(),
      R"({"norm":"linf","eps":"8/255","step_size":"2/255","steps":20,"restarts":1,"random_start":true})");
}

}  // namespace
}  // namespace vitrobust::attacks
