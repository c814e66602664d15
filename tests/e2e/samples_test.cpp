// The pictures that a run keeps, and the page that it writes at its end.
#include <gmock/gmock.h>

#include <filesystem>

#include "core/files.h"
#include "tests/e2e/fixtures.h"

namespace vitrobust::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  return names;
}

TEST(Samples, ARunKeepsPicturesAndShowsThem) {
  const TemporaryFolder folder;
  make_random_checkpoint(folder / "checkpoint", "standard", 1);
  const std::string run = folder / "run";
  const std::vector<std::string> arguments = {"--condition",    "clean",    "gaussian_noise:severity=3",
                                              "fgsm:eps=8/255", "--limit",  "5",
                                              "--save-samples", "2",        "--report",
                                              "html",           "--report", "csv=" + folder / "cells.csv"};
  const Finished first = run_on_glyphs(folder / "checkpoint", run, arguments);
  ASSERT_EQ(first.code, 0) << first.err;
  const std::string samples = run + "/samples";
  EXPECT_THAT(names_in(samples), UnorderedElementsAre("clean", "00-clean", "01-gaussian_noise-3", "02-fgsm"));
  EXPECT_THAT(names_in(samples + "/clean"), UnorderedElementsAre("0.png", "1.png"));
  EXPECT_THAT(names_in(samples + "/01-gaussian_noise-3"), UnorderedElementsAre("0.png", "1.png"));
  std::size_t differences = 0;
  for (const std::string& name : names_in(samples + "/02-fgsm"))
    differences += name.find("-difference-x") != std::string::npos ? 1 : 0;
  EXPECT_EQ(differences, 2U);
  const std::string page = read_file(run + "/report.html", std::size_t{5} << 20);
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,"));
  EXPECT_THAT(page, HasSubstr("difference × "));
  EXPECT_THAT(read_file(folder / "cells.csv", std::size_t{1} << 20), HasSubstr("gaussian_noise"));
  // Said again, the run has nothing to do and leaves its pictures alone.
  const auto written = fs::last_write_time(samples + "/clean/0.png");
  EXPECT_EQ(run_on_glyphs(folder / "checkpoint", run, arguments).code, 0);
  EXPECT_EQ(fs::last_write_time(samples + "/clean/0.png"), written);
}

TEST(Samples, NoneWhereNoneAreWanted) {
  const TemporaryFolder folder;
  make_random_checkpoint(folder / "checkpoint", "standard", 1);
  const Finished finished = run_on_glyphs(folder / "checkpoint", folder / "run",
                                          {"--condition", "clean", "--limit", "2", "--save-samples", "0"});
  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_FALSE(fs::exists(folder / "run/samples"));
}

}  // namespace
}  // namespace vitrobust::tests
