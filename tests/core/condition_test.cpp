#include "core/condition.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace vitrobust {
namespace {

using testing::HasSubstr;

std::string parse_error(std::string_view text) {
  try {
    const ConditionSpec parsed = parse_condition(text);
    return "accepted as " + parsed.text();
  } catch (const UsageError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

TEST(ParseCondition, ReadsOneStage) {
  EXPECT_EQ(parse_condition("clean"), (ConditionSpec{{{"clean", {}}}}));
  EXPECT_EQ(parse_condition("fog:severity=3"), (ConditionSpec{{{"fog", {{"severity", "3"}}}}}));
  EXPECT_EQ(parse_condition("pgd:norm=linf,eps=8/255,steps=20"),
            (ConditionSpec{{{"pgd", {{"norm", "linf"}, {"eps", "8/255"}, {"steps", "20"}}}}}));
}

TEST(ParseCondition, ReadsACorruptionFollowedByAnAttack) {
  EXPECT_EQ(parse_condition("fog:severity=3+fgsm:eps=1/255"),
            (ConditionSpec{{{"fog", {{"severity", "3"}}}, {"fgsm", {{"eps", "1/255"}}}}}));
  EXPECT_EQ(parse_condition("a+b-2+c_3").stages.size(), 3U);
}

TEST(ParseCondition, APlusMayBelongToAnExponent) {
  const ConditionSpec spec = parse_condition("square:queries=1e+3+fgsm:eps=1.e+0");
  ASSERT_EQ(spec.stages.size(), 2U);
  EXPECT_EQ(spec.stages[0].parameters[0].second, "1e+3");
  EXPECT_EQ(spec.stages[1].parameters[0].second, "1.e+0");
  // Not every e before a plus is an exponent.
  EXPECT_EQ(parse_condition("a:mode=the+b").stages.size(), 2U);
}

TEST(ParseCondition, SaysWhatItExpectedAndWhere) {
  EXPECT_THAT(parse_error(""), HasSubstr("expected the name of a corruption or an attack at character 1"));
  EXPECT_THAT(parse_error("PGD"), HasSubstr("at character 1"));
  EXPECT_THAT(parse_error("pgd:"), HasSubstr("expected a parameter's name at character 5"));
  EXPECT_THAT(parse_error("pgd:eps"), HasSubstr("expected '=' after 'eps' at character 8"));
  EXPECT_THAT(parse_error("pgd:eps="), HasSubstr("expected a value at character 9"));
  EXPECT_THAT(parse_error("pgd:eps=1,"), HasSubstr("expected a parameter's name at character 11"));
  EXPECT_THAT(parse_error("pgd:eps=1=2"), HasSubstr("expected ':', '+' or the end at character 10"));
  EXPECT_THAT(parse_error("pgd eps=1"), HasSubstr("expected ':', '+' or the end at character 4"));
  EXPECT_THAT(parse_error("fog+"),
              HasSubstr("expected the name of a corruption or an attack at character 5"));
  EXPECT_THAT(parse_error("pgd:eps=1,eps=2"), HasSubstr("parameter 'eps' is given twice at character 11"));
}

TEST(ParseCondition, TextParsesBack) {
  for (const char* text : {"clean", "fog:severity=3", "pgd:norm=linf,eps=8/255,steps=20,step_size=2/255",
                           "fog:severity=3+fgsm:eps=1/255", "a:x=1e+3+b", "a:path=/tmp/some file.bin"}) {
    EXPECT_EQ(parse_condition(text).text(), text);
    EXPECT_EQ(parse_condition(parse_condition(text).text()), parse_condition(text));
  }
}

}  // namespace
}  // namespace vitrobust
