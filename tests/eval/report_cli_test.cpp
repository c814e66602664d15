// `vitrobust report` as people and scripts call it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "tests/e2e/process.h"
#include "tests/eval/run_folder.h"
#include "tests/temporary_folder.h"

namespace vitrobust::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

int code(ExitCode exit_code) {
  return static_cast<int>(exit_code);
}

class ReportCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& [model, strength] : {std::pair{"quest", 0.2}, {"standard", 0.03}}) {
      const auto cells = sample_cells(40, strength);
      write_run(folder_ / model, cells, run_report(model, cells));
    }
  }

  [[nodiscard]] Finished report(std::vector<std::string> words) const {
    words.insert(words.begin(), "report");
    return run_program("vitrobust", words);
  }

  /// What it says of a run whose report.json is this text.
  [[nodiscard]] Finished report_of_text(const std::string& text) const {
    write_file_atomically(folder_ / "bad.json", text);
    return report({folder_ / "bad.json", "--format", "latex"});
  }

  TemporaryFolder folder_;
};

TEST_F(ReportCommand, AFolderOfRunsInTheTerminal) {
  const Finished finished = report({folder_.path()});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("quest"));
  EXPECT_THAT(finished.out, HasSubstr("Δ pp"));
  EXPECT_EQ(finished.err, "");
}

TEST_F(ReportCommand, SeveralReportsAtOnce) {
  const Finished finished =
      report({folder_.path(), "--format", "csv", "--report", "html=" + folder_ / "page.html", "--report",
              "latex=" + folder_ / "table.tex", "--baseline", "standard"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("model,dataset,"));
  EXPECT_THAT(read_file(folder_ / "page.html", std::size_t{1} << 22), HasSubstr("quest against standard"));
  EXPECT_THAT(read_file(folder_ / "table.tex", std::size_t{1} << 20),
              HasSubstr("than standard on the same images"));
}

TEST_F(ReportCommand, WrongWordsAreUsageErrors) {
  const std::string run = folder_ / "quest";
  for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{}, "there is no RUN"},
           {{run, "--format", "htm"}, "unknown format 'htm'"},
           {{run, "--layout", "quest-papers"}, "unknown layout 'quest-papers'"},
           {{run, "--format", "csv", "--layout", "quest-paper"}, "changes nothing here"},
           {{run, "--baseline", "nobody"}, "none of the runs is of that model"},
           {{run, "--format", "csv", "--report", "json"}, "run into each other"},
           {{run, run}, "is named twice"},
           {{run, "--report", "html="}, "no file behind the '='"}}) {
    const Finished finished = report(words);
    EXPECT_EQ(finished.code, code(ExitCode::usage)) << said;
    EXPECT_THAT(finished.err, HasSubstr(said));
    EXPECT_EQ(finished.out, "");
  }
}

TEST_F(ReportCommand, DamagedReportsAreOneClearLine) {
  const auto cells = sample_cells(20, 0.1);
  const std::string good = dump_json(run_report("vit", cells));
  Json newer = run_report("vit", cells);
  newer["schema_version"] = 99;
  Json empty = run_report("vit", cells);
  empty["rows"] = Json::array();
  std::string not_a_number = good;
  const std::size_t at = not_a_number.find("\"accuracy\": ");
  not_a_number.replace(at, not_a_number.find(',', at) - at, "\"accuracy\": NaN");
  for (const auto& [text, said] :
       std::vector<std::pair<std::string, const char*>>{{good.substr(0, good.size() / 2), "bad.json"},
                                                        {dump_json(newer), "newer than"},
                                                        {dump_json(empty), "has no rows"},
                                                        {not_a_number, "not valid JSON"},
                                                        {"", "is empty"}}) {
    const Finished finished = report_of_text(text);
    EXPECT_EQ(finished.code, code(ExitCode::bad_input)) << said;
    EXPECT_THAT(finished.err, HasSubstr("error: "));
    EXPECT_THAT(finished.err, HasSubstr(said));
    EXPECT_EQ(finished.out, "");
  }
  EXPECT_EQ(report({folder_ / "no-such-run"}).code, code(ExitCode::bad_input));
}

TEST_F(ReportCommand, RunsOfDifferentDataAreNotRanked) {
  Json other = read_json(folder_ / "quest/report.json");
  other["dataset"]["fingerprint"] = "sha256:other";
  write_file_atomically(folder_ / "other.json", dump_json(other));
  const Finished finished = report(
      {folder_ / "standard", folder_ / "other.json", "--format", "markdown", "--baseline", "standard"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("not evaluated on the same data"));
  EXPECT_THAT(finished.out, Not(HasSubstr("▲")));
  EXPECT_THAT(finished.out, Not(HasSubstr("**")));
}

}  // namespace
}  // namespace vitrobust::tests
