#include "reports/report_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/sample_sets.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;

TEST(ReportSet, ModelsOfOneNameAreToldApart) {
  const Json report = tests::sample_report("vit", 0.03);
  const ReportSet set = make_report_set({{report, "a"}, {report, "b"}, {report, "c"}});
  EXPECT_EQ(set.models[0].name, "vit");
  EXPECT_EQ(set.models[1].name, "vit (2)");
  EXPECT_EQ(set.models[2].name, "vit (3)");
  EXPECT_EQ(find_model(set, "vit (2)"), 1U);
  EXPECT_THROW(find_model(set, "vti"), UsageError);
}

TEST(ReportSet, AnEmptyRunIsRefused) {
  Json report = tests::sample_report("vit", 0.03);
  report["rows"] = Json::array();
  try {
    make_report_set({{report, "out/empty"}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("out/empty: has no rows"));
  }
}

TEST(ReportSet, RunsThatAreNotPaired) {
  const ReportSet same = tests::sample_pair();
  EXPECT_EQ(why_not_paired(same.models[0], same.models[1]), "");
  for (const char* key : {"precision", "corruptions"}) {
    Json other = tests::sample_report("quest", 0.06);
    other["config"][key] = "another";
    const ReportSet set = make_report_set({{tests::sample_report("standard", 0.03), "a"}, {other, "b"}});
    EXPECT_NE(why_not_paired(set.models[0], set.models[1]), "") << key;
  }
}

}  // namespace
}  // namespace vitrobust::reports
