#include "core/json_differences.h"

#include <gmock/gmock.h>

namespace vitrobust {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JsonDifferences, NamesAbsentMembersAndLengths) {
  EXPECT_THAT(json_differences({{"a", 1}, {"b", {1, 2}}}, {{"b", {1}}, {"c", true}}),
              ElementsAre("a: 1 in the run, absent now", "b: 2 entries in the run, 1 now",
                          "c: absent in the run, true now"));
}

TEST(JsonDifferences, NamesThePlaceAndTheSides) {
  const Json first = {{"model", {{"mean", {0.5, 0.5, 0.5}}}}};
  Json second = first;
  second["model"]["mean"][1] = 0.25;
  EXPECT_THAT(json_differences(first, second, {.first = "in A", .second = "in B"}),
              ElementsAre("model.mean[1]: 0.5 in A, 0.25 in B"));
}

TEST(JsonDifferences, TheOrderOfKeysIsNone) {
  EXPECT_THAT(json_differences({{"a", {{"x", 1}, {"y", 2}}}}, {{"a", {{"y", 2}, {"x", 1}}}}), IsEmpty());
}

TEST(JsonDifferences, CutsLongValuesBetweenCharacters) {
  std::string long_text;
  for (int i = 0; i < 100; ++i) long_text += "ü";
  const auto found = json_differences({{"name", long_text}}, {{"name", 1}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LT(found[0].size(), 120U);
  EXPECT_NE(found[0].find("ü… in the run, 1 now"), std::string::npos) << found[0];
}

}  // namespace
}  // namespace vitrobust
