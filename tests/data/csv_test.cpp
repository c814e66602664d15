#include "data/csv.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;

std::string failure_of(const std::string& text) {
  try {
    parse_csv(text, "list.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Csv, ReadsPlainRows) {
  const CsvTable table = parse_csv("a,b\n1,2\n3,\n", "list.csv");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("1", "2"), ElementsAre("3", "")));
  EXPECT_THAT(table.lines, ElementsAre(2, 3));
}

TEST(Csv, ReadsQuotedFields) {
  const CsvTable table = parse_csv("a,b\n\"x, \"\"y\"\"\nz\",\"\"\n1,2", "list.csv");
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("x, \"y\"\nz", ""), ElementsAre("1", "2")));
  EXPECT_THAT(table.lines, ElementsAre(2, 4));
}

TEST(Csv, SkipsByteOrderMarkCarriageReturnsAndEmptyLines) {
  const CsvTable table = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n1,2\r\n\n",
      "list.csv");
  EXPECT_THAT(table.header, ElementsAre("a", "b"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("1", "2")));
  EXPECT_THAT(table.lines, ElementsAre(3));
}

TEST(Csv, AnEmptyTextIsAnEmptyTable) {
  EXPECT_TRUE(parse_csv("", "list.csv").header.empty());
  EXPECT_TRUE(parse_csv("\n\n", "list.csv").rows.empty());
}

TEST(Csv, ReportsTheLineOfAProblem) {
  EXPECT_EQ(failure_of("a,b\n1\n"), "list.csv: line 2: has 1 fields, the header has 2");
  EXPECT_EQ(failure_of("a,b\n1,2\n\"x"), "list.csv: line 3: a quoted field is never closed");
  EXPECT_EQ(failure_of("a\n\"x\"y\n"),
            "list.csv: line 2: expected a comma or the end of the line behind a field");
}

}  // namespace
}  // namespace vitrobust::data
