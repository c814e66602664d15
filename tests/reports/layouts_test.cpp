#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "reports/formats/format.h"
#include "reports/table.h"
#include "reports/table_cells.h"
#include "tests/reports/approvals.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/sample_sets.h"
#include "tests/temporary_folder.h"

namespace vitrobust::reports {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TableLayout layout_of(const std::string& json) {
  return parse_layout(parse_json(json, "my.json"), "my.json");
}

std::string error_of(const std::string& json) {
  try {
    layout_of(json);
  } catch (const InputError& error) {
    return error.what() + std::string(" | ") + error.hint();
  }
  return "no error";
}

TEST(Layouts, EveryOneRendersWhateverARunLacks) {
  for (const TableLayout& layout : table_layouts()) {
    const Table table = make_table(tests::troubled_pair(), layout);
    EXPECT_FALSE(table.columns.empty()) << layout.name;
    for (const TableColumn& column : table.columns) {
      ASSERT_EQ(column.figures.size(), 2U);
      // A dash always says why.
      for (const TableFigure& figure : column.figures)
        EXPECT_TRUE(figure.value || !figure.footnotes.empty()) << layout.name << ": " << column.title;
    }
    tests::expect_approved("layout_" + layout.name + ".approved.md",
                           render_markdown(tests::troubled_pair(), {.layout = layout}));
  }
}

TEST(Layouts, OnesOfTheUsersOwn) {
  const TableLayout layout = layout_of(R"({"name": "mine", "models": "columns", "columns": [
    {"title": "Clean", "condition": "clean"},
    {"title": "Noise 3", "group": "Noise", "condition": "gaussian_noise:severity=3"},
    {"title": "PGD 8", "condition": "pgd:eps=16/510"},
    {"title": "Any PGD", "condition": "pgd"},
    {"title": "Noise", "severities": "gaussian_noise"},
    {"title": "Worst", "aggregate": "worst_case_accuracy"}]})");
  EXPECT_TRUE(layout.models_are_columns);
  const ReportSet set = tests::sample_pair();
  const Table table = make_table(set, layout);
  ASSERT_EQ(table.columns.size(), 6U);
  EXPECT_EQ(table.columns[0].figures[0].value, set.models[0].view.rows[0].accuracy);
  EXPECT_EQ(table.columns[1].group, "Noise");
  // The same fraction, written otherwise.
  EXPECT_EQ(table.columns[2].figures[0].value, set.models[0].view.rows.back().accuracy);
  EXPECT_FALSE(table.columns[3].figures[0].value);
  EXPECT_THAT(table.footnotes, Contains(HasSubstr("2 cells are pgd")));
  EXPECT_THAT(table.footnotes, Contains(HasSubstr("gaussian_noise has severities 1, 3, 5 only")));
  EXPECT_TRUE(table.columns[5].figures[1].value);
}

TEST(Layouts, AreReadStrictly) {
  EXPECT_THAT(error_of("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(error_of(R"({"colums": []})"), HasSubstr("unknown key 'colums' | did you mean 'columns'"));
  EXPECT_THAT(error_of(R"({"columns": []})"), HasSubstr("'columns' should be an array of 1 to 200"));
  EXPECT_THAT(error_of(R"({"columns": [{"title": "x"}]})"),
              HasSubstr("my.json: column 1: needs exactly one of"));
  EXPECT_THAT(error_of(R"({"columns": [{"title": "x", "condition": "clean", "aggregate": "mce"}]})"),
              HasSubstr("needs exactly one of"));
  EXPECT_THAT(error_of(R"({"columns": [{"condition": "clean"}]})"), HasSubstr("'title' is missing"));
  EXPECT_THAT(error_of(R"({"columns": [{"title": "x", "condition": "fog:"}]})"), HasSubstr("column 1"));
  EXPECT_THAT(error_of(R"({"columns": [{"title": "x", "severities": "fog:severity=3"}]})"),
              HasSubstr("takes the name of a corruption alone"));
  EXPECT_THAT(error_of(R"({"columns": [{"title": "x", "aggregate": "mcE"}]})"),
              HasSubstr("did you mean 'mce'"));
  EXPECT_THAT(error_of(R"({"models": "up", "columns": [{"title": "x", "condition": "clean"}]})"),
              HasSubstr("neither rows nor columns"));
}

TEST(Layouts, AreFoundByNameOrFile) {
  EXPECT_EQ(find_layout("quest-paper").columns.size(), 5U);
  EXPECT_THROW(find_layout("quest"), UsageError);
  EXPECT_THROW(find_layout("no/such.json"), InputError);
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "mine.json", R"({"columns": [{"title": "x", "condition": "clean"}]})");
  EXPECT_EQ(find_layout(folder / "mine.json").name, "mine");
}

TEST(TableMarks, BoldIsTheBestOfWhatMayBeRanked) {
  const Table table = make_table(tests::sample_pair(), find_layout("models-conditions"));
  for (const TableColumn& column : table.columns) {
    const auto& [standard, quest] = std::tie(column.figures[0], column.figures[1]);
    const std::string a = figure_text(*standard.value);
    const std::string b = figure_text(*quest.value);
    EXPECT_EQ(standard.best, a != b && *standard.value > *quest.value) << column.title;
    EXPECT_EQ(quest.best, a != b && *quest.value > *standard.value) << column.title;
  }
}

TEST(TableMarks, SignificanceIsHolms) {
  const ReportSet set = tests::sample_pair();
  const Table table = make_table(set, find_layout("models-conditions"));
  std::size_t marked = 0;
  for (const TableColumn& column : table.columns) {
    EXPECT_EQ(column.figures[0].mark, Mark::none) << "the baseline itself";
    marked += column.figures[1].mark == Mark::better ? 1 : 0;
    EXPECT_NE(column.figures[1].mark, Mark::worse);
  }
  std::size_t significant = 0;
  for (const PairedCell& cell : set.paired) significant += cell.adjusted <= kAlpha ? 1 : 0;
  EXPECT_GT(marked, 0U);
  EXPECT_LT(marked, set.paired.size());
  EXPECT_EQ(marked, significant);
}

TEST(TableMarks, FiguresOfOtherDataAreNotRanked) {
  Json other = tests::sample_report("quest", 0.2);
  other["dataset"]["fingerprint"] = "sha256:other";
  const ReportSet set = make_report_set({{tests::sample_report("standard", 0.03), "a"}, {other, "b"}});
  const Table table = make_table(set, find_layout("models-conditions"));
  for (const TableColumn& column : table.columns)
    for (const TableFigure& figure : column.figures) EXPECT_FALSE(figure.best) << column.title;
  EXPECT_THAT(table.notes, Contains(HasSubstr("not evaluated on the same data")));
  EXPECT_THAT(why_not_paired(set.models[0], set.models[1]), HasSubstr("fingerprint"));
}

}  // namespace
}  // namespace vitrobust::reports
