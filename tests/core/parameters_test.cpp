#include "core/parameters.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace vitrobust {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<ParameterSpec>& specs() {
  static const std::vector<ParameterSpec> list = {
      {.name = "eps",
       .type = ParameterType::fraction,
       .default_value = "",
       .help = "radius",
       .minimum = 0,
       .maximum = 1},
      {.name = "steps",
       .type = ParameterType::integer,
       .default_value = "20",
       .help = "iterations",
       .minimum = 1},
      {.name = "norm",
       .type = ParameterType::choice,
       .default_value = "linf",
       .help = "the ball",
       .choices = {"linf", "l2"}},
      {.name = "random_start", .type = ParameterType::flag, .default_value = "true", .help = "start"},
  };
  return list;
}

Parameters resolve(const std::string& condition) {
  return Parameters::resolve(parse_condition(condition).stages.front(), specs());
}

UsageError resolve_error(const std::string& condition) {
  try {
    resolve(condition);
  } catch (const UsageError& error) {
    return error;
  }
  ADD_FAILURE() << condition << " was accepted";
  return UsageError("");
}

TEST(Parameters, FillsDefaultsIn) {
  const Parameters parameters = resolve("pgd:eps=8/255");
  EXPECT_EQ(parameters.fraction("eps"), Fraction(8, 255));
  EXPECT_EQ(parameters.integer("steps"), 20);
  EXPECT_EQ(parameters.choice("norm"), "linf");
  EXPECT_TRUE(parameters.flag("random_start"));
}

TEST(Parameters, TakesWhatIsGivenInAnyOrder) {
  const Parameters parameters = resolve("pgd:random_start=false,norm=l2,steps=1e2,eps=0.5");
  EXPECT_EQ(parameters.fraction("eps"), Fraction(1, 2));
  EXPECT_EQ(parameters.integer("steps"), 100);
  EXPECT_EQ(parameters.choice("norm"), "l2");
  EXPECT_FALSE(parameters.flag("random_start"));
}

TEST(Parameters, WritesTheCanonicalStage) {
  const Parameters parameters = resolve("pgd:random_start=0,eps=16/510,steps=20.0");
  EXPECT_EQ(ConditionSpec{{parameters.stage()}}.text(),
            "pgd:eps=8/255,steps=20,norm=linf,random_start=false");
  EXPECT_EQ(parameters.to_json().dump(), R"({"eps":"8/255","steps":20,"norm":"linf","random_start":false})");
}

TEST(Parameters, BothEndsOfARangeAreAllowed) {
  EXPECT_EQ(resolve("pgd:eps=0").fraction("eps"), Fraction());
  EXPECT_EQ(resolve("pgd:eps=1").fraction("eps"), Fraction(1, 1));
  EXPECT_THAT(resolve_error("pgd:eps=1.01").what(), HasSubstr("eps: 1.01 is out of range: from 0 to 1"));
  EXPECT_THAT(resolve_error("pgd:eps=-1/255").what(), HasSubstr("out of range"));
  EXPECT_THAT(resolve_error("pgd:eps=0,steps=0").what(), HasSubstr("steps: 0 is out of range: at least 1"));
}

TEST(Parameters, ChecksEveryType) {
  EXPECT_THAT(resolve_error("pgd:eps=0.03x").what(), HasSubstr("pgd: eps: '0.03x' is not a number"));
  EXPECT_THAT(resolve_error("pgd:eps=0.03x").hint(), HasSubstr("8/255"));
  EXPECT_THAT(resolve_error("pgd:eps=0,steps=2.5").what(), HasSubstr("'2.5' is not a whole number"));
  EXPECT_THAT(resolve_error("pgd:eps=0,norm=l3").what(), HasSubstr("norm: 'l3' is none of linf, l2"));
  EXPECT_THAT(resolve_error("pgd:eps=0,random_start=yes").what(),
              HasSubstr("'yes' is neither true nor false"));
}

TEST(Parameters, ReportsEveryProblemAtOnce) {
  const UsageError error = resolve_error("pgd:steps=0,norm=l3,colour=red");
  EXPECT_THAT(error.what(), AllOf(HasSubstr("pgd has no parameter 'colour'"), HasSubstr("pgd needs eps=…"),
                                  HasSubstr("steps: 0 is out of range"), HasSubstr("'l3' is none of")));
}

TEST(Parameters, SuggestsTheNearestNames) {
  const UsageError error = resolve_error("pgd:eps=0,step=3");
  EXPECT_THAT(error.what(), HasSubstr("no parameter 'step'"));
  EXPECT_THAT(error.hint(), HasSubstr("did you mean 'steps'"));
  try {
    Parameters::resolve(Stage{"clean", {{"eps", "1"}}}, {});
    FAIL() << "accepted";
  } catch (const UsageError& none) {
    EXPECT_EQ(none.hint(), "clean takes no parameters");
  }
}

TEST(Parameters, AskingForWhatTheTableLacksIsABug) {
  const Parameters parameters = resolve("pgd:eps=0");
  EXPECT_THROW((void)parameters.integer("epsilon"), InternalError);
  EXPECT_THROW((void)parameters.integer("eps"), InternalError);
}

TEST(Parameters, ADefaultMayFollowAChoice) {
  const std::vector<ParameterSpec> list = {
      {.name = "norm", .type = ParameterType::choice, .default_value = "linf", .choices = {"linf", "l2"}},
      {.name = "eps",
       .type = ParameterType::fraction,
       .default_value = "8/255",
       .default_by = {"norm", {{"l2", "0.5"}}}}};
  const auto epsilon = [&](const std::string& condition) {
    return Parameters::resolve(parse_condition(condition).stages.front(), list).fraction("eps");
  };
  EXPECT_EQ(epsilon("pgd"), Fraction(8, 255));
  EXPECT_EQ(epsilon("pgd:norm=l2"), Fraction(1, 2));
  EXPECT_EQ(epsilon("pgd:norm=l2,eps=3"), Fraction(3, 1));
}

TEST(Parameters, ANumberMayBeLeftOpen) {
  const std::vector<ParameterSpec> list = {
      {.name = "eps", .type = ParameterType::fraction, .default_value = "none", .words = {"none"}}};
  const Parameters open = Parameters::resolve({"cw", {}}, list);
  EXPECT_EQ(open.optional_fraction("eps"), std::nullopt);
  EXPECT_THROW((void)open.fraction("eps"), InternalError);
  EXPECT_EQ(open.to_json().dump(), R"({"eps":"none"})");
  EXPECT_EQ(Parameters::resolve({"cw", {{"eps", "1/2"}}}, list).optional_fraction("eps"), Fraction(1, 2));
  EXPECT_EQ(resolve("pgd:eps=1/4").optional_fraction("eps"), Fraction(1, 4));
  EXPECT_THROW(resolve("pgd:eps=none"), UsageError);
}

}  // namespace
}  // namespace vitrobust
