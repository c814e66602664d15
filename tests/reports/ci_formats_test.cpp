// JUnit XML and GitHub's workflow commands: formats that others read.
#include <gmock/gmock.h>

#include <cstdlib>
#include <pugixml.hpp>

#include "core/files.h"
#include "reports/gate_formats.h"
#include "tests/temporary_folder.h"

namespace vitrobust::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "a<b>&\"c\"\x01 %0A::error::\nx,y:z é ]]>";

GateResult result_with(std::vector<Check> checks, bool strict = false) {
  GateResult result;
  result.policy = default_policy();
  result.policy.inconclusive_fails = strict;
  result.comparison.first = "v1";
  result.comparison.second = kHostile;
  result.comparison.notes = {kHostile};
  RuleResult rule{.rule = result.policy.rules.front(), .title = "no cell more than 1.0 points worse"};
  rule.checks = std::move(checks);
  for (const Check& check : rule.checks) rule.verdict = std::max(rule.verdict, check.verdict);
  result.verdict = rule.verdict;
  result.rules = {rule, {.rule = result.policy.rules[1], .title = "no guard-rail errors"}};
  return result;
}

std::vector<Check> one_of_each() {
  return {{.about = "clean", .verdict = Verdict::pass, .text = "0.0 pp"},
          {.about = "fog s3", .verdict = Verdict::fail, .text = "−2.1 pp, 95 % CI −2.9…−1.3"},
          {.about = kHostile, .verdict = Verdict::inconclusive, .text = kHostile, .samples_needed = 12345}};
}

GateStamp stamp() {
  return {.time = "2026-01-31T12:00:00", .host = "ci"};
}

/// What xmllint has against the text, or nothing.
std::string schema_error(const std::string& xml) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "junit.xml", xml);
  const std::string command = std::string(VITROBUST_XMLLINT) + " --nonet --noout --schema " +
                              VITROBUST_SOURCE_DIR + "/tests/reports/junit.xsd " + (folder / "junit.xml") +
                              " >" + (folder / "log") + " 2>&1";
  if (std::system(command.c_str()) == 0) return {};
  return read_file(folder / "log", 1 << 20);
}

TEST(JUnit, IsWhatTheCommonSchemaAllows) {
  if (std::string(VITROBUST_XMLLINT).empty()) GTEST_SKIP() << "xmllint (libxml2-utils) is not installed";
  EXPECT_EQ(schema_error(gate_junit(result_with(one_of_each()), stamp())), "");
  EXPECT_EQ(schema_error(gate_junit(result_with(one_of_each(), true), stamp())), "");
  EXPECT_EQ(schema_error(gate_junit(result_with({}), {.time = "2026-01-31T12:00:00", .host = ""})), "");
  EXPECT_NE(schema_error("<testsuites><testsuite/></testsuites>"), "")
      << "the check itself must be able to fail";
}

TEST(JUnit, CountsAndTextsAreRight) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(gate_junit(result_with(one_of_each()), stamp()).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_EQ(suite.attribute("tests").as_int(), 4);  // three checks, and a rule without any
  EXPECT_EQ(suite.attribute("failures").as_int(), 1);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 1);
  const pugi::xml_node failed = suite.find_child_by_attribute("testcase", "name", "fog s3");
  EXPECT_STREQ(failed.attribute("classname").value(), "vitrobust.gate.non_inferiority");
  EXPECT_STREQ(failed.child("failure").attribute("type").value(), "FAIL");
  EXPECT_THAT(failed.child("failure").text().get(), HasSubstr("fog s3: −2.1 pp"));
  EXPECT_EQ(std::distance(suite.children("testcase").begin(), suite.children("testcase").end()), 4);
}

TEST(JUnit, InconclusiveIsSkippedUnlessThePolicyFailsIt) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(gate_junit(result_with(one_of_each(), true), stamp()).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_EQ(suite.attribute("failures").as_int(), 2);
  EXPECT_EQ(suite.attribute("skipped").as_int(), 0);
}

TEST(GitHub, EscapesWhatWouldEndACommand) {
  const std::string text = gate_github(result_with(one_of_each()));
  // One line for the verdict and one for the rule that does not pass, whatever the texts hold.
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text, HasSubstr("::error title=vitrobust gate::FAIL: "));
  EXPECT_THAT(
      text,
      HasSubstr("::error title=FAIL%3A no cell more than 1.0 points worse::fog s3: −2.1 pp, 95 %25 CI"));
  EXPECT_THAT(text, HasSubstr("%250A::error::%0Ax,y:z"));
  EXPECT_THAT(text, HasSubstr("about 13,000 samples would tell"));
}

TEST(GitHub, InconclusiveWarnsUnlessThePolicyFailsIt) {
  std::vector<Check> checks = one_of_each();
  checks.erase(checks.begin() + 1);
  EXPECT_THAT(gate_github(result_with(checks)), HasSubstr("::warning title=vitrobust gate::INCONCLUSIVE"));
  EXPECT_THAT(gate_github(result_with(checks, true)), Not(HasSubstr("::warning")));
  checks.pop_back();
  EXPECT_THAT(gate_github(result_with(checks)), HasSubstr("::notice title=vitrobust gate::PASS"));
}

TEST(GitHub, ShowsTenAnnotationsAtMost) {
  GateResult result = result_with(one_of_each());
  result.rules.resize(30, result.rules.front());
  EXPECT_LE(std::ranges::count(gate_github(result), '\n'), 10);
}

}  // namespace
}  // namespace vitrobust::reports
