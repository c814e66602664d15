#include "eval/suite.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "corruptions/corruption.h"
#include "eval/plan.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using testing::HasSubstr;
using ::vitrobust::tests::TemporaryFolder;

TEST(Suites, AllBuiltInOnesCanBePlanned) {
  for (const Suite& suite : builtin_suites()) {
    SCOPED_TRACE(suite.name);
    EXPECT_FALSE(suite.help.empty());
    EXPECT_EQ(make_plan(suite.conditions).size(), suite.conditions.size());
  }
}

TEST(Suites, CorruptionsHoldEveryCorruptionOfImagenetCAtEverySeverity) {
  const auto table = corruptions::corruption_table();
  const auto count = std::ranges::count_if(table, [](const auto& entry) { return entry.group != "c-bar"; });
  EXPECT_EQ(find_suite("corruptions").conditions.size(), 1 + 5 * static_cast<std::size_t>(count));
}

TEST(Suites, CBarHoldsTheTenOfEachSet) {
  for (const auto& [name, set] : {std::pair{"imagenet-c-bar", corruptions::ParameterSet::imagenet},
                                  std::pair{"cifar10-c-bar", corruptions::ParameterSet::cifar}}) {
    const Suite suite = find_suite(name);
    ASSERT_EQ(suite.conditions.size(), 51U) << name;
    EXPECT_EQ(suite.conditions[0].text(), "clean");
    for (std::size_t i = 1; i < suite.conditions.size(); ++i) {
      const auto* entry = corruptions::find_corruption(suite.conditions[i].stages.at(0).name);
      ASSERT_NE(entry, nullptr);
      EXPECT_EQ(entry->group, "c-bar") << entry->name;
      EXPECT_TRUE(entry->has(set)) << entry->name;
    }
  }
}

TEST(Suites, OthersHoldNothingOfCBar) {
  for (const Suite& suite : builtin_suites()) {
    if (suite.name.ends_with("c-bar")) continue;
    for (const ConditionSpec& condition : suite.conditions) {
      const auto* entry = corruptions::find_corruption(condition.stages.at(0).name);
      EXPECT_TRUE(entry == nullptr || entry->group != "c-bar") << suite.name << ' ' << condition.text();
    }
  }
}

TEST(Suites, ImagenetCLeavesTheExtraFourOut) {
  for (const ConditionSpec& condition : find_suite("imagenet-c").conditions) {
    const auto* entry = corruptions::find_corruption(condition.stages.at(0).name);
    EXPECT_TRUE(entry == nullptr || entry->group != "extra") << condition.text();
  }
}

TEST(Suites, ImagenetPHoldsTheTenSequences) {
  EXPECT_EQ(find_suite("imagenet-p").conditions.size(), 11U);
  for (const PlannedCell& cell : make_plan(find_suite("imagenet-p").conditions))
    EXPECT_TRUE(cell.perturbation.has_value() || cell.cell.id == "clean") << cell.cell.id;
}

TEST(Suites, AreReadFromAFile) {
  const TemporaryFolder folder;
  std::ofstream(folder / "mine.json") << R"({"conditions": ["clean", "fgsm:eps=2/255"]})";
  const Suite suite = find_suite(folder / "mine.json");
  EXPECT_EQ(suite.name, "mine");
  ASSERT_EQ(suite.conditions.size(), 2U);
  EXPECT_EQ(suite.conditions[1].text(), "fgsm:eps=2/255");
}

TEST(Suites, SayWhatIsWrongInAFile) {
  const TemporaryFolder folder;
  const auto complaint = [&](const std::string& text) -> std::string {
    std::ofstream(folder / "s.json") << text;
    try {
      find_suite(folder / "s.json");
    } catch (const InputError& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(complaint(R"({"conditions": []})"), HasSubstr("empty"));
  EXPECT_THAT(complaint(R"({"conditions": "clean"})"), HasSubstr("'conditions' has the wrong type"));
  EXPECT_THAT(complaint(R"({"condition": ["clean"]})"), HasSubstr("'conditions' is missing"));
  EXPECT_THAT(complaint(R"({"conditions": ["clean:"]})"), HasSubstr("s.json: condition 'clean:'"));
}

TEST(Suites, UnknownNameNamesTheNearest) {
  try {
    find_suite("quik");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.hint(), HasSubstr("quick"));
  }
}

}  // namespace
}  // namespace vitrobust::eval
