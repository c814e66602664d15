#include "eval/plan.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/error.h"

namespace vitrobust::eval {
namespace {

using reports::CellKind;
using testing::HasSubstr;

std::vector<PlannedCell> plan_of(const std::vector<std::string>& texts) {
  std::vector<ConditionSpec> conditions;
  for (const std::string& text : texts) conditions.push_back(parse_condition(text));
  return make_plan(conditions);
}

/// Message and hint of the usage error.
std::string complaint(const std::vector<std::string>& texts) {
  try {
    plan_of(texts);
  } catch (const UsageError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "nothing was thrown";
}

TEST(Plan, LooksConditionsUp) {
  const auto plan =
      plan_of({"clean", "gaussian_noise:severity=3", "fgsm:eps=4/255", "brightness:severity=1+pgd:steps=5"});
  EXPECT_EQ(plan[0].cell.id, "clean");
  EXPECT_EQ(plan[0].cell.kind, CellKind::clean);
  EXPECT_EQ(plan[0].cost, 1U);
  EXPECT_EQ(plan[1].cell.id, "corruption/gaussian_noise/3");
  EXPECT_EQ(plan[1].cell.kind, CellKind::corruption);
  EXPECT_EQ(plan[1].cell.condition.at("severity"), 3);
  EXPECT_EQ(plan[1].slug, "gaussian_noise-3");
  EXPECT_EQ(plan[2].cell.kind, CellKind::attack);
  EXPECT_THAT(plan[2].cell.id, testing::StartsWith("attack/fgsm:"));
  EXPECT_EQ(plan[2].attack->threat.epsilon, Fraction(4, 255));
  EXPECT_EQ(plan[3].cell.kind, CellKind::corruption_attack);
  EXPECT_EQ(plan[3].slug, "brightness-1+pgd");
  EXPECT_EQ(plan[3].corruption->stream, "corruption/brightness/1") << "the same pixels as without the attack";
  EXPECT_EQ(plan[3].cell.condition.at("stages").size(), 2U);
}

TEST(Plan, PerturbationSequencesAreCellsOfTheirOwnKind) {
  const auto plan = plan_of({"perturbation:sequence=snow", "perturbation:sequence=tilt,difficulty=2"});
  EXPECT_EQ(plan[0].cell.id, "perturbation/snow/1");
  EXPECT_EQ(plan[0].cell.kind, CellKind::perturbation);
  EXPECT_EQ(plan[0].slug, "perturbation-snow-1");
  EXPECT_FALSE(plan[0].corruption.has_value()) << "although a corruption has the name";
  EXPECT_EQ(plan[0].cell.condition,
            Json({{"name", "perturbation"}, {"sequence", "snow"}, {"difficulty", 1}}));
  EXPECT_EQ(plan[1].perturbation->pairs().step, 2);
  EXPECT_FALSE(plan[1].perturbation->pairs().with_first);
  EXPECT_TRUE(plan_of({"perturbation:sequence=shot_noise"})[0].perturbation->pairs().with_first);
}

TEST(Plan, DefaultsAreFilledInSoThatEqualConditionsHaveEqualIds) {
  const auto defaults = plan_of({"pgd"});
  const auto written = plan_of({"pgd:step_size=2/255,eps=8/255"});
  EXPECT_EQ(defaults[0].cell.id, written[0].cell.id);
}

TEST(Plan, NamesTheNearestForAnUnknownName) {
  EXPECT_THAT(complaint({"pdg"}), testing::AllOf(HasSubstr("'pdg'"), HasSubstr("'pgd'")));
  EXPECT_THAT(complaint({"gausian_noise:severity=1"}), HasSubstr("'gaussian_noise'"));
}

TEST(Plan, RefusesWhatMakesNoSense) {
  EXPECT_THAT(complaint({"clean+fgsm"}), HasSubstr("stands alone"));
  EXPECT_THAT(complaint({"fgsm+brightness:severity=1"}), HasSubstr("at most one corruption"));
  EXPECT_THAT(complaint({"fgsm+pgd"}), HasSubstr("at most one attack"));
  EXPECT_THAT(complaint({"clean", "clean"}), HasSubstr("given twice"));
  EXPECT_THAT(complaint({"perturbation:sequence=tilt+fgsm"}), HasSubstr("stands alone"));
  EXPECT_THAT(complaint({"snow:severity=1+perturbation:sequence=tilt"}), HasSubstr("stands alone"));
  EXPECT_THAT(complaint({"perturbation"}), HasSubstr("needs sequence"));
  EXPECT_THAT(complaint({"perturbation:sequence=fog"}), HasSubstr("gaussian_noise"));
  EXPECT_THAT(complaint({"perturbation:sequence=tilt,difficulty=4"}), HasSubstr("out of range"));
  EXPECT_THAT(complaint({"brightness"}), HasSubstr("needs severity"));
  EXPECT_THAT(complaint({"brightness:severity=6"}), HasSubstr("out of range"));
  EXPECT_THAT(complaint({"fgsm:eps=0.03x"}), HasSubstr("0.03x"));
  EXPECT_THAT(complaint({"fgsm:epsilon=1/255"}), HasSubstr("known are: eps"));
}

}  // namespace
}  // namespace vitrobust::eval
