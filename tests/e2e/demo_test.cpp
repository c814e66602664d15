// The main job on what we ship: `vitrobust demo`.
#include <gmock/gmock.h>

#include "tests/e2e/fixtures.h"
#include "tests/reports/validate_schema.h"

namespace vitrobust::tests {
namespace {

TEST(Demo, ComparesTheShippedCheckpoints) {
  const TemporaryFolder folder;
  const Finished demo =
      run_program("vitrobust", {"demo", "--limit", "100", "--out", folder / "demo", "--quiet"});
  ASSERT_EQ(demo.code, 0) << demo.err;
  EXPECT_THAT(demo.out,
              testing::AllOf(testing::HasSubstr("glyphs-standard"), testing::HasSubstr("glyphs-quest"),
                             testing::HasSubstr(folder / "demo/glyphs-quest/report.json")));
  for (const std::string kind : {"standard", "quest"}) {
    SCOPED_TRACE(kind);
    const Json report = report_of(folder / ("demo/glyphs-" + kind));
    EXPECT_THAT(schema_errors(report), testing::IsEmpty());
    EXPECT_EQ(report.at("status"), "complete");
    EXPECT_EQ(report.at("model").at("attention"), kind);
    EXPECT_EQ(report.at("rows").size(), 1 + 4 * 5 + 4)
        << "clean, four corruptions at five severities, four attacks";
    double clean = 0;
    for (const Json& row : report.at("rows")) {
      EXPECT_EQ(row.at("n"), 100);
      if (row.at("kind") == "clean") clean = row.at("accuracy");
      if (row.at("kind") == "attack" && row.at("condition").at("eps") == "4/255") {
        EXPECT_LT(row.at("accuracy").get<double>(), clean) << row.at("id");
      }
    }
    EXPECT_GT(clean, 0.85) << "the shipped checkpoints are good at what they were trained for";
  }
}

}  // namespace
}  // namespace vitrobust::tests
