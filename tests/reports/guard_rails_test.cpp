#include "reports/guard_rails.h"

#include <gmock/gmock.h>

#include "reports/report.h"
#include "reports/view.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/validate_schema.h"

namespace vitrobust::reports {
namespace {

using testing::HasSubstr;

/// The row of an attack that leaves `right` of 1,000 samples right.
Json row(const std::string& name, const std::string& eps, int right, const std::string& broken_by = {}) {
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 1000; ++i) {
    outcomes.push_back(tests::attacked_outcome(static_cast<std::uint64_t>(i), true, i < right));
    if (i >= right && i < right + 5) outcomes.back().broken_by = broken_by;
  }
  return make_row(tests::attack_cell(name, eps, 20), outcomes);
}

std::vector<std::string> ids_of(const std::vector<Json>& rows) {
  std::vector<std::string> ids;
  for (const GuardRail& rail : guard_rails_of(rows)) ids.push_back(rail.id);
  return ids;
}

TEST(GuardRails, NoneWhereAllIsWell) {
  EXPECT_TRUE(ids_of({row("pgd", "1/255", 600), row("pgd", "2/255", 300), row("square", "1/255", 650),
                      row("autoattack", "1/255", 590, "fab_t")})
                  .empty());
  EXPECT_TRUE(ids_of({}).empty());
}

TEST(GuardRails, BlackBoxStrongerThanEveryWhiteBox) {
  const std::vector<Json> rows = {row("pgd", "1/255", 600), row("fgsm", "1/255", 700),
                                  row("square", "1/255", 597), row("square", "2/255", 100)};
  const auto found = guard_rails_of(rows);
  ASSERT_EQ(found.size(), 1U) << "nothing to compare the one with 2/255 with";
  EXPECT_EQ(found[0].id, "black_box_stronger");
  EXPECT_EQ(found[0].row, rows[2].at("id"));
  EXPECT_FALSE(found[0].is_error);
  EXPECT_THAT(found[0].text,
              testing::AllOf(HasSubstr("59.7 %"), HasSubstr("pgd, the best with gradients, 60.0 %")));
  // Within 0.2 points it may be chance.
  EXPECT_TRUE(ids_of({row("pgd", "1/255", 600), row("square", "1/255", 598)}).empty());
}

TEST(GuardRails, BlackBoxPartOfAnEnsemble) {
  EXPECT_THAT(ids_of({row("autoattack", "1/255", 600, "square")}),
              testing::ElementsAre("black_box_stronger"));
}

TEST(GuardRails, AccuracyThatRisesWithEpsilon) {
  const auto found = guard_rails_of(std::vector<Json>{row("pgd", "2/255", 610), row("pgd", "1/255", 600),
                                                      row("fgsm", "4/255", 700), row("pgd", "4/255", 605)});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, "accuracy_rises_with_epsilon");
  EXPECT_THAT(found[0].text, HasSubstr("61.0 % right with eps=2/255 but 60.0 % with eps=1/255"));
  EXPECT_TRUE(ids_of({row("pgd", "1/255", 600), row("pgd", "2/255", 602)}).empty());
}

TEST(GuardRails, StandInTheReportAndOnTheScreen) {
  const auto cells = tests::sample_cells(100, 0.03);
  Json report = tests::report_of("standard", cells);
  const GuardRail rail{.id = "softmax_outputs", .is_error = true, .text = "the outputs are probabilities"};
  report["guard_rails"] = Json::array({rail.to_json()});
  EXPECT_THAT(tests::schema_errors(report), testing::IsEmpty());
  const ReportView view = view_report(report, "report");
  ASSERT_EQ(view.guard_rails.size(), 1U);
  EXPECT_TRUE(view.guard_rails[0].is_error);
  EXPECT_TRUE(view.guard_rails[0].row.empty());
  EXPECT_THAT(console_table(std::vector<Json>{report}, 100, false),
              HasSubstr("ERROR (guard rail softmax_outputs): the outputs are probabilities"));
}

}  // namespace
}  // namespace vitrobust::reports
