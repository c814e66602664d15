#include <gtest/gtest.h>

#include <algorithm>

#include "reports/formats/csv_text.h"
#include "reports/formats/format.h"
#include "tests/reports/sample_sets.h"

namespace vitrobust::reports {
namespace {

using Record = std::vector<std::string>;

/// A reader of RFC 4180 of the test's own: CRLF between records, quotes doubled inside quotes.
std::vector<Record> parse(const std::string& text) {
  std::vector<Record> records(1, Record(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string& field = records.back().back();
    if (quoted) {
      if (text[i] != '"') {
        field += text[i];
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else {
        quoted = false;
      }
    } else if (text[i] == '"') {
      EXPECT_TRUE(field.empty());
      quoted = true;
    } else if (text[i] == ',') {
      records.back().emplace_back();
    } else if (text[i] == '\r') {
      EXPECT_EQ(text.at(++i), '\n');
      records.emplace_back(1);
    } else {
      field += text[i];
    }
  }
  EXPECT_EQ(records.back(), Record(1));
  records.pop_back();
  return records;
}

std::string field(const std::vector<Record>& records, std::size_t record, const std::string& column) {
  const auto at = std::ranges::find(records.front(), column);
  return at == records.front().end()
             ? "no such column"
             : records[record].at(static_cast<std::size_t>(at - records.front().begin()));
}

TEST(Csv, OneRecordPerModelAndCell) {
  for (const ReportSet& set : {tests::sample_pair(), tests::troubled_pair(), tests::hostile_pair()}) {
    const auto records = parse(render_csv(set, {}));
    std::size_t expected = 1;
    for (const ModelReport& model : set.models)
      expected += model.view.rows.size() + model.view.aggregates.size();
    ASSERT_EQ(records.size(), expected);
    for (const Record& record : records) EXPECT_EQ(record.size(), records.front().size());
  }
}

TEST(Csv, FiguresReadBackExactly) {
  const ReportSet set = tests::sample_pair();
  const auto records = parse(render_csv(set, {}));
  for (std::size_t i = 0; i < set.models[0].view.rows.size(); ++i) {
    const RowView& row = set.models[0].view.rows[i];
    EXPECT_EQ(field(records, i + 1, "id"), row.id);
    EXPECT_EQ(std::stod(field(records, i + 1, "value")), *row.accuracy);
    EXPECT_EQ(std::stod(field(records, i + 1, "ci95_low")), row.ci95->low);
    EXPECT_EQ(field(records, i + 1, "difference"), "") << "the baseline itself";
  }
  const std::size_t first_of_second =
      1 + set.models[0].view.rows.size() + set.models[0].view.aggregates.size();
  EXPECT_EQ(field(records, first_of_second, "difference_to"), "standard");
  EXPECT_EQ(std::stod(field(records, first_of_second, "p_value")), set.find_paired(1, "clean")->p_value);
}

TEST(CsvText, FormulasAndControlCharacters) {
  EXPECT_EQ(csv_text("=1+1"), "'=1+1");
  EXPECT_EQ(csv_text("@x"), "'@x");
  EXPECT_EQ(csv_text("plain, text"), "plain, text");
  EXPECT_EQ(csv_text("a\r\nb"), "a??b");
  EXPECT_EQ(csv_record({"a", "b,\"c\"", ""}), "a,\"b,\"\"c\"\"\",\r\n");
  EXPECT_EQ(csv_number(0.1), "0.1");
  EXPECT_EQ(csv_number({}), "");
}

}  // namespace
}  // namespace vitrobust::reports
