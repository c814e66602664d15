#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "core/error.h"
#include "core/terminal.h"
#include "reports/report.h"
#include "tests/reports/approvals.h"
#include "tests/reports/sample_reports.h"

namespace vitrobust::reports {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using tests::expect_approved;
using tests::sample_report;

void expect_within(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
}

std::string table(const std::vector<Json>& reports, int width, bool colour = false) {
  std::string text = console_table(reports, width, colour);
  if (!colour) expect_within(text, static_cast<std::size_t>(width));
  return text;
}

TEST(Console, OneModel) {
  expect_approved("console_one_model.approved.txt", table({sample_report("standard", 0.03)}, 80));
}

TEST(Console, TwoModels) {
  expect_approved("console_two_models.approved.txt",
                  table({sample_report("standard", 0.03), sample_report("quest", 0.06)}, 100));
}

TEST(Console, FourModels) {
  std::vector<Json> reports;
  double strength = 0.0;
  for (const char* name :
       {"deit_tiny_patch16_224", "deit_tiny_patch16_224_quest", "vit_small", "vit_small_quest"})
    reports.push_back(sample_report(name, strength += 0.03));
  expect_approved("console_four_models_100.approved.txt", table(reports, 100));
  expect_approved("console_four_models_80.approved.txt", table(reports, 80));
}

TEST(Console, ManyModelsGoToSeveralTables) {
  std::vector<Json> reports;
  for (int i = 0; i < 12; ++i) reports.push_back(sample_report("model-" + std::to_string(i), 0.03 * (i % 4)));
  expect_approved("console_twelve_models.approved.txt", table(reports, 60));
}

/// Two models; images that fail in both, a cell that failed in one, one interrupted.
std::vector<Json> troubled_reports() {
  auto standard = tests::sample_cells(100, 0.03);
  auto quest = tests::sample_cells(100, 0.06);
  for (auto* cells : {&standard, &quest}) {
    for (auto& sample : *cells) sample.outcomes[3] = tests::failed_outcome(3, "cat/3.png: cannot be decoded");
  }
  quest[2].cell.error = "out of memory: 3.2 GB were asked for";
  quest[9].outcomes.resize(32);
  quest.erase(quest.begin() + 7);
  std::vector<Json> reports = {tests::report_of("standard", standard), tests::report_of("quest", quest)};
  reports[1]["status"] = "interrupted";
  reports[1]["warnings"] = {"the attention formulation is a guess"};
  return reports;
}

TEST(Console, SaysWhatWentWrong) {
  expect_approved("console_troubled.approved.txt", table(troubled_reports(), 100));
}

TEST(Console, CorruptionsOfASingleSeverityStandTogether) {
  auto cells = tests::sample_cells(100, 0.03);
  std::erase_if(cells, [](const tests::SampleCell& sample) {
    return sample.cell.kind != CellKind::corruption || !sample.cell.id.ends_with("/3");
  });
  ASSERT_EQ(cells.size(), 2U);
  const std::string text = table({tests::report_of("standard", cells)}, 80);
  const std::size_t first = text.find("gaussian_noise");
  const std::size_t second = text.find("jpeg_compression");
  ASSERT_LT(first, second);
  EXPECT_EQ(text.substr(first, second - first).find("─"), std::string::npos);
  EXPECT_THAT(text, Not(HasSubstr("  mean ")));
}

TEST(Console, CorruptionFollowedByAttack) {
  auto cells = tests::sample_cells(100, 0.03);
  cells.resize(1);
  for (const char* eps : {"1/255", "2/255"}) {
    Cell cell;
    cell.id = std::string("corruption/fog/3+attack/pgd:eps=") + eps;
    cell.kind = CellKind::corruption_attack;
    cell.condition = {{"name", "fog+pgd"},
                      {"stages",
                       {{{"name", "fog"}, {"severity", 3}},
                        {{"name", "pgd"}, {"norm", "linf"}, {"eps", eps}, {"steps", 20}}}}};
    cells.push_back(
        {cell, {tests::attacked_outcome(0, true, true), tests::attacked_outcome(1, true, false)}});
  }
  const std::string text = table({tests::report_of("standard", cells)}, 80);
  EXPECT_THAT(text, HasSubstr("fog 3 + pgd linf eps=1/255"));
  EXPECT_THAT(text, HasSubstr("fog 3 + pgd linf eps=2/255"));
}

TEST(Console, FlipsOfSequencesAreTheBetterTheFewer) {
  std::vector<Json> reports;
  for (const double flips : {0.5, 0.25}) {
    auto cells = tests::sample_cells(2, 0.03);
    cells.resize(1);
    for (const char* sequence : {"snow", "tilt"}) {
      Cell cell;
      cell.id = std::string("perturbation/") + sequence + "/1";
      cell.kind = CellKind::perturbation;
      cell.condition = {{"name", "perturbation"}, {"sequence", sequence}, {"difficulty", 1}};
      cells.push_back({cell, {{.sample_id = 0, .flip_share = flips}, {.sample_id = 1, .flip_share = 0.25}}});
    }
    reports.push_back(tests::report_of(flips == 0.5 ? "standard" : "quest", cells));
  }
  expect_approved("console_sequences.approved.txt", table(reports, 100));
  const std::string coloured = table(reports, 100, true);
  const std::size_t line = coloured.find("snow, flips");
  EXPECT_THAT(coloured.substr(line, coloured.find('\n', line) - line), HasSubstr("\033[1m25.0"));
  expect_approved("console_sequences_one.approved.txt", table({reports[0]}, 80));
}

TEST(Console, DifferencesOnlyOnTheSameData) {
  std::vector<Json> reports = {sample_report("standard", 0.03), sample_report("quest", 0.06)};
  EXPECT_THAT(table(reports, 100), HasSubstr("Δ pp"));
  reports[1]["dataset"]["fingerprint"] = "sha256:other";
  EXPECT_THAT(table(reports, 100), Not(HasSubstr("Δ pp")));
  EXPECT_THAT(table(reports, 100), HasSubstr("different data"));
}

TEST(Console, ColourMarksTheBestOnly) {
  const std::vector<Json> reports = {sample_report("standard", 0.03), sample_report("quest", 0.06)};
  const std::string text = table(reports, 100, true);
  EXPECT_THAT(text, HasSubstr("\033[1m"));
  EXPECT_THAT(text, HasSubstr("Bold: the best"));
  EXPECT_THAT(table(reports, 100), Not(HasSubstr("\033")));
  // Without its escape sequences the table is the plain one.
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033')
      i = text.find('m', i);
    else
      plain += text[i];
  }
  plain.erase(plain.find("Bold"));
  EXPECT_EQ(plain, table(reports, 100));
}

TEST(Console, FiguresOfUnequalSamplesAreNotRanked) {
  const std::string text = table(troubled_reports(), 100, true);
  const std::size_t line = text.find("worst case over attacks");
  ASSERT_NE(line, std::string::npos);
  // One model lacks the strongest attack here: its figure is the higher, and no better.
  EXPECT_THAT(text.substr(line, text.find('\n', line) - line), Not(HasSubstr("\033[1m")));
}

TEST(Console, NamesCannotWriteToTheTerminal) {
  const std::string text = table({sample_report("evil\033]0;title\a", 0.03)}, 80);
  EXPECT_THAT(text, HasSubstr("evil?]0;title?"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
}

TEST(Console, NothingToShow) {
  EXPECT_EQ(console_table({}, 80, false), "");
  EXPECT_THROW(console_table(std::vector{Json::object()}, 80, false), InputError);
}

}  // namespace
}  // namespace vitrobust::reports
