// What every entry of the table must keep; a new attack is tested here the day it is added.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "attacks/attack.h"
#include "attacks/audit.h"
#include "toy.h"

namespace vitrobust::attacks {
namespace {

/// Whether the starting points of an attack, with its default parameters, are drawn at random.
bool draws(std::string_view name) {
  static const std::set<std::string_view> deterministic = {"fgsm",  "bim",      "mi_fgsm", "fab",
                                                           "fab_t", "deepfool", "cw"};
  return !deterministic.contains(name);
}

struct Made {
  std::unique_ptr<Attack> attack;
  ThreatModel threat;
};

/// An entry, in one of the norms that it offers.
struct Offer {
  const AttackEntry* entry;
  std::optional<Norm> norm;  ///< none: there is no choice

  [[nodiscard]] std::string text() const {
    return std::string(entry->name) + (norm ? "_" + std::string(to_string(*norm)) : "");
  }
};

/// The norm of the threat model, chosen or not.
Norm norm_of(const Offer& offer) {
  const AttackEntry& entry = *offer.entry;
  return offer.norm.value_or(
      entry.threat_model(Parameters::resolve({std::string(entry.name), {}}, entry.parameters)).norm);
}

/// Budgets for attacks whose defaults take long.
std::vector<std::pair<std::string, std::string>> small_budget(std::string_view name) {
  static const std::map<std::string_view, std::vector<std::pair<std::string, std::string>>> budgets = {
      {"square", {{"queries", "150"}}},
      {"spsa", {{"iterations", "5"}, {"samples", "8"}}},
      {"cw", {{"steps", "40"}, {"search_steps", "4"}}},
      {"fab", {{"steps", "20"}}},
      {"fab_t", {{"steps", "20"}}},
  };
  const auto budget = budgets.find(name);
  return budget == budgets.end() ? decltype(budget->second){} : budget->second;
}

/// Radii that are about as strong in every norm on the images of these tests, given as one for linf.
std::string radius(const Offer& offer, const Fraction& linf) {
  const auto times = [&](std::int64_t factor) {
    return Fraction(linf.numerator() * factor, linf.denominator()).text();
  };
  const Norm norm = norm_of(offer);
  if (norm == Norm::linf) return linf.text();
  return times(norm == Norm::l2 ? 7 : 40);  // √108 and 108 values, not all as important
}

Made make(const Offer& offer, const std::string& linf_epsilon) {
  Stage stage{std::string(offer.entry->name), small_budget(offer.entry->name)};
  stage.parameters.emplace_back("eps", radius(offer, Fraction::parse(linf_epsilon)));
  if (offer.norm) stage.parameters.emplace_back("norm", to_string(*offer.norm));
  const AttackEntry& entry = *offer.entry;
  const Parameters parameters = Parameters::resolve(stage, entry.parameters);
  return {entry.make(parameters), entry.threat_model(parameters)};
}

class EveryAttack : public testing::TestWithParam<Offer> {
 protected:
  static toy::Batch batch(const models::Classifier& model) { return toy::make_batch(model, 21, 8); }
  [[nodiscard]] Made made(const std::string& epsilon = "2/255") const { return make(GetParam(), epsilon); }
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
    EXPECT_FALSE(output.adversarial.requires_grad()) << "no graph is kept";
    EXPECT_EQ(output.broken.sizes(), images.labels.sizes());
    EXPECT_EQ(output.broken.scalar_type(), at::kBool);
    EXPECT_EQ(output.queries.sizes(), images.labels.sizes());
    EXPECT_EQ(output.queries.scalar_type(), at::kLong);
    EXPECT_GE(output.queries.min().item<std::int64_t>(), 1);
    EXPECT_LE(output.queries.max().item<std::int64_t>(), made_attack.attack->cost());
    EXPECT_NO_THROW(
        (void)audit(images.images, output.adversarial, made_attack.threat, GetParam().entry->name));
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
  EXPECT_EQ(at::equal(first.adversarial, run(2).adversarial), !draws(GetParam().entry->name));
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
  const AttackEntry& entry = *GetParam().entry;
  EXPECT_FALSE(entry.help.empty());
  EXPECT_EQ(find_attack(entry.name), &entry);
  for (const ParameterSpec& spec : entry.parameters) {
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_FALSE(spec.default_value.empty()) << spec.name;
  }
  EXPECT_EQ(made("8/255").threat.epsilon, Fraction::parse(radius(GetParam(), {8, 255})));
  EXPECT_EQ(made().threat.norm, GetParam().norm.value_or(made().threat.norm));
}

std::vector<Offer> offers() {
  std::vector<Offer> result;
  for (const AttackEntry& entry : attack_table()) {
    // Its budgets are fixed and large, and what it consists of is here; autoattack_test.cpp tests the whole.
    if (entry.name == "autoattack") continue;
    const auto norm = std::find_if(entry.parameters.begin(), entry.parameters.end(),
                                   [](const ParameterSpec& spec) { return spec.name == "norm"; });
    if (norm == entry.parameters.end()) {
      result.push_back({&entry, std::nullopt});
      continue;
    }
    for (const std::string& choice : norm->choices) result.push_back({&entry, parse_norm(choice)});
  }
  return result;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryAttack, testing::ValuesIn(offers()),
                         [](const auto& test) { return test.param.text(); });

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
      R"({"norm":"linf","eps":"8/255","step_size":"2/255","steps":20,"restarts":1,"random_start":true,"loss":"ce","target":"none","eot":1})");
}

}  // namespace
}  // namespace vitrobust::attacks
