#include "reports/report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/reports/approvals.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/validate_schema.h"

namespace vitrobust::reports {
namespace {

using ::testing::IsEmpty;
using tests::schema_errors;

/// Numbers to twelve digits: the logarithm behind the normal quantile may differ in its last bit between C
/// libraries.
void round_numbers(Json& json) {
  if (json.is_number_float()) json = std::stod(fmt::format("{:.12g}", json.get<double>()));
  if (json.is_structured()) {
    for (Json& child : json) round_numbers(child);
  }
}

/// A run in which much went wrong.
std::vector<tests::SampleCell> troubled_cells() {
  auto cells = tests::sample_cells(40, 0.1);
  for (auto& sample : cells)
    sample.outcomes[3] = tests::failed_outcome(3, "cat/3.png: cannot be decoded as an image");
  cells[2].cell.error = "out of memory";
  cells[3].outcomes.resize(10);
  cells[8].cell.notes = {"2 successes did not survive the check in float32"};
  cells[9].outcomes.clear();
  cells[9].cell.images_per_s = 0;
  return cells;
}

TEST(Report, FitsTheSchema) {
  EXPECT_THAT(schema_errors(tests::sample_report("standard", 0.1)), IsEmpty());
  EXPECT_THAT(schema_errors(tests::report_of("troubled", troubled_cells())), IsEmpty());
}

TEST(Report, IsApproved) {
  Json report = tests::report_of("troubled", troubled_cells());
  round_numbers(report);
  tests::expect_approved("report.approved.json", dump_json(report));
}

TEST(Report, TheSchemaSeesWhatIsWrong) {
  const Json good = tests::sample_report("standard", 0.1);
  const auto broken = [&good](const std::string& pointer, const Json& value) {
    Json report = good;
    report[Json::json_pointer(pointer)] = value;
    return !schema_errors(report).empty();
  };
  EXPECT_TRUE(broken("/schema_version", 2));
  EXPECT_TRUE(broken("/status", "done"));
  EXPECT_TRUE(broken("/surprise", 1));
  EXPECT_TRUE(broken("/config_hash", "md5:0"));
  EXPECT_TRUE(broken("/rows/0/accuracy", 97.5));
  EXPECT_TRUE(broken("/rows/0/n", "1000"));
  EXPECT_TRUE(broken("/rows/0/ci95", Json::array({0.5})));
  EXPECT_TRUE(broken("/rows/0/success_rate", 0.5)) << "a clean row has no success rate";
  EXPECT_TRUE(broken("/rows/1/condition/severity", 6));
  EXPECT_TRUE(broken("/aggregates/0/value", -0.1));
  EXPECT_TRUE(broken("/volatile/images_per_s/clean", "fast"));
  Json report = good;
  report["rows"].back().erase("queries_mean");
  EXPECT_FALSE(schema_errors(report).empty()) << "an attack row has queries";
}

TEST(Report, TheSameEvaluationDiffersOnlyInItsVolatileBlock) {
  auto cells = tests::sample_cells(50, 0.1);
  Json first = tests::report_of("standard", cells);
  for (auto& sample : cells) sample.cell.images_per_s = 31.5;
  Json second = tests::report_of("standard", cells);
  EXPECT_NE(first, second);
  first.erase("volatile");
  second.erase("volatile");
  EXPECT_EQ(dump_json(first), dump_json(second));
}

TEST(Report, StatusFollowsFromTheRows) {
  Cell cell = tests::clean_cell();
  const std::vector<Outcome> good = {tests::outcome(0, true), tests::outcome(1, false)};
  const std::vector<Outcome> bad = {tests::outcome(0, true), tests::failed_outcome(1, "broken")};
  EXPECT_EQ(report_status(std::vector{make_row(cell, good)}, false), "complete");
  EXPECT_EQ(report_status(std::vector{make_row(cell, good)}, true), "interrupted");
  EXPECT_EQ(report_status(std::vector{make_row(cell, bad)}, false), "partial");
  cell.n_planned = 3;
  EXPECT_EQ(report_status(std::vector{make_row(cell, good)}, false), "partial");
  cell.n_planned = 2;
  cell.error = "out of memory";
  EXPECT_EQ(report_status(std::vector{make_row(cell, good)}, false), "partial");
}

TEST(Report, RowsMustBelongToTheCells) {
  ReportHeader header;
  header.status = "complete";
  const std::vector<Cell> cells = {tests::clean_cell()};
  const Json row = make_row(cells[0], {});
  EXPECT_NO_THROW(make_report(header, cells, {row}, Json::array()));
  EXPECT_THROW(make_report(header, cells, {}, Json::array()), InternalError);
  EXPECT_THROW(make_report(header, std::vector{cells[0], cells[0]}, {row, row}, Json::array()),
               InternalError);
  EXPECT_THROW(make_report(header, std::vector{tests::corruption_cell("fog", 1)}, {row}, Json::array()),
               InternalError);
  header.status = "done";
  EXPECT_THROW(make_report(header, cells, {row}, Json::array()), InternalError);
}

}  // namespace
}  // namespace vitrobust::reports
