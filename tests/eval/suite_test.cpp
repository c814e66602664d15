#include "eval/suite.h"

#include <gmock/gmock.h>

#include <fstream>

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

TEST(Suites, CorruptionsHoldEveryCorruptionAtEverySeverity) {
  EXPECT_EQ(find_suite("corruptions").conditions.size(), 1 + 5 * corruptions::corruption_table().size());
}

TEST(Suites, ImagenetCLeavesTheExtraFourOut) {
  for (const ConditionSpec& condition : find_suite("imagenet-c").conditions) {
    const auto* entry = corruptions::find_corruption(condition.stages.at(0).name);
    EXPECT_TRUE(entry == nullptr || entry->group != "extra") << condition.text();
  }
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
