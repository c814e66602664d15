// What holds for every format, over the table: a new format is held to it the day it is added.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <set>

#include "core/error.h"
#include "reports/formats/format.h"
#include "tests/reports/approvals.h"
#include "tests/reports/sample_reports.h"
#include "tests/reports/sample_sets.h"

namespace vitrobust::reports {

/// What a failed test calls its format.
static void PrintTo(const Format& format, std::ostream* stream) {
  *stream << format.name;
}

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RenderOptions options_of(const char* layout = "models-conditions") {
  return {.layout = find_layout(layout)};
}

class EveryFormat : public ::testing::TestWithParam<Format> {
 protected:
  [[nodiscard]] static std::string render(const ReportSet& set, const char* layout = "models-conditions") {
    return GetParam().render(set, options_of(layout));
  }
};

INSTANTIATE_TEST_SUITE_P(Table, EveryFormat, ::testing::ValuesIn(format_table()), [](const auto& tested) {
  std::string name(tested.param.name);
  std::erase(name, '-');
  return name;
});

TEST_P(EveryFormat, HasAnEntryThatReads) {
  EXPECT_EQ(find_format(std::string(GetParam().name)).render, GetParam().render);
  EXPECT_FALSE(GetParam().help.empty());
  EXPECT_TRUE(GetParam().ending.starts_with("."));
}

TEST_P(EveryFormat, IsDeterministicAndEndsItsLastLine) {
  for (const ReportSet& set : {tests::sample_pair(), tests::troubled_pair()}) {
    const std::string text = render(set);
    EXPECT_EQ(text, render(set));
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(text.back(), '\n');
    EXPECT_THAT(text, HasSubstr("standard"));
    EXPECT_THAT(text, HasSubstr("quest"));
  }
}

TEST_P(EveryFormat, RendersOneModel) {
  const ReportSet set = make_report_set({{tests::sample_report("alone", 0.03), "alone"}});
  EXPECT_THAT(render(set), HasSubstr("alone"));
}

TEST_P(EveryFormat, SaysNoFigureThatIsNone) {
  for (const ReportSet& set : {tests::sample_pair(), tests::troubled_pair()}) {
    const std::string text = render(set);
    for (const char* none : {"nan,", " nan", "-nan", " inf", "-inf", "NaN", "Infinity"})
      EXPECT_THAT(text, Not(HasSubstr(none)));
  }
}

TEST_P(EveryFormat, TextFromFilesStaysText) {
  std::string text = render(tests::hostile_pair());
  for (const char byte : text)
    EXPECT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\r')
        << static_cast<int>(byte);
  const bool is_json = GetParam().ending.ends_with(".json");
  if (is_json) {
    EXPECT_NO_THROW(parse_json(text, "rendered"));
    return;
  }
  // The text stands there, but nothing that would read it as more than text.
  const auto refuse = [&](const char* what) { EXPECT_THAT(text, Not(HasSubstr(what))); };
  if (GetParam().name == "html") {
    // What stands in the data for scripts is text already, as long as it cannot end the element.
    constexpr std::string_view kData = "id=\"vitrobust-reports\">";
    const std::size_t begin = text.find(kData) + kData.size();
    const std::size_t end = text.find("</script>", begin);
    EXPECT_EQ(text.substr(begin, end - begin).find('<'), std::string::npos);
    text.erase(begin, end - begin);
    for (const char* what :
         {"<script>alert", "<img src=x", "<svg onload", "' onmouseover", "<b>key", "</td><td></td>"})
      refuse(what);
  } else if (GetParam().name == "markdown") {
    for (std::size_t at = text.find_first_of("<@"); at != std::string::npos;
         at = text.find_first_of("<@", at + 1))
      EXPECT_EQ(text[at - 1], '\\') << text.substr(at, 20);
  } else if (GetParam().name == "latex") {
    for (const char* what : {"\\input", "\\write", "\\end{tabular} --"}) refuse(what);
  } else if (GetParam().ending.ends_with(".csv")) {
    for (const char* what : {"\n=cmd", ",=cmd", "\n\"=cmd", ",\"=cmd"}) refuse(what);
  }
}

TEST_P(EveryFormat, LooksAsApproved) {
  std::string text = render(tests::sample_pair());
  const auto cut = [&](const std::string& from, const std::string& to) {
    const std::size_t begin = text.find(from);
    if (begin == std::string::npos) return;
    const std::size_t end = text.find(to, begin);
    text.replace(begin, end - begin, from + "…");
  };
  // Neither the looks nor the data that report.approved.json holds already.
  cut("<style>", "</style>");
  cut("<script>", "</script>");
  cut("<script type=\"application/json\" id=\"vitrobust-reports\">", "</script>");
  if (GetParam().name == "json") text = text.substr(0, text.find("\"rows\""));
  tests::expect_approved(
      "format_" + std::string(GetParam().name) + ".approved" + std::string(GetParam().ending), text);
}

TEST(Formats, NamesAndEndingsAreUnique) {
  std::set<std::string_view> names;
  std::set<std::string_view> endings;
  for (const Format& format : format_table()) {
    EXPECT_TRUE(names.insert(format.name).second) << format.name;
    EXPECT_TRUE(endings.insert(format.ending).second) << format.ending;
  }
}

TEST(Formats, AnUnknownOneGetsTheNearest) {
  try {
    find_format("latx");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown format 'latx'"));
    EXPECT_THAT(error.hint(), HasSubstr("latex"));
  }
}

TEST(Formats, TimmNeedsACleanCell) {
  auto cells = tests::sample_cells(20, 0.03);
  cells.erase(cells.begin());
  const ReportSet set = make_report_set({{tests::report_of("standard", cells), "standard"}});
  EXPECT_THROW(render_timm(set, options_of()), InputError);
}

TEST(Formats, RobustBenchHasAutoAttackOnlyFromAutoAttack) {
  auto cells = tests::sample_cells(20, 0.03);
  cells.resize(1);
  EXPECT_THAT(render_robustbench(make_report_set({{tests::report_of("a", cells), "a"}}), options_of()),
              Not(HasSubstr("autoattack_acc")));
  reports::Cell attack = tests::attack_cell("autoattack", "8/255", 1);
  cells.push_back(
      {attack, {tests::attacked_outcome(0, true, true), tests::attacked_outcome(1, true, false)}});
  const Json shape = parse_json(
      render_robustbench(make_report_set({{tests::report_of("a", cells), "a"}}), options_of()), "shape");
  EXPECT_EQ(shape.at("autoattack_acc"), "50.00");
  EXPECT_EQ(shape.at("eps"), "8/255");
  EXPECT_FALSE(shape.contains("corruptions_acc"));
}

}  // namespace
}  // namespace vitrobust::reports
