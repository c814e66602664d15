#include "eval/report_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "eval/sample_images.h"
#include "tests/eval/run_folder.h"
#include "tests/reports/sample_sets.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kImages = 60;

/// Two runs of the same images, in a folder.
class ReportRuns : public ::testing::Test {
 protected:
  void SetUp() override {
    write("quest", 0.2);
    write("standard", 0.03);
  }

  void write(const std::string& model, double strength) const {
    const auto cells = tests::sample_cells(kImages, strength);
    tests::write_run(folder_ / model, cells, tests::run_report(model, cells));
  }

  tests::TemporaryFolder folder_;
};

TEST_F(ReportRuns, AFolderOfRunsIsItsRuns) {
  EXPECT_THAT(find_runs({folder_.path()}), ElementsAre(folder_ / "quest", folder_ / "standard"));
  EXPECT_THAT(find_runs({folder_ / "standard"}), ElementsAre(folder_ / "standard"));
  EXPECT_THROW(find_runs({folder_ / "quest", folder_.path()}), UsageError);
}

TEST_F(ReportRuns, ABaselineIsPairedImageByImage) {
  const auto runs = find_runs({folder_.path()});
  EXPECT_FALSE(load_report_set(runs, "", false).baseline);
  EXPECT_EQ(load_report_set(runs, "", true).baseline, 0U);
  const reports::ReportSet set = load_report_set(runs, "standard", false);
  EXPECT_EQ(set.baseline, 1U);
  ASSERT_EQ(set.paired.size(), set.models[0].view.rows.size());
  for (const reports::PairedCell& cell : set.paired) EXPECT_EQ(cell.counts.n(), kImages);
  EXPECT_TRUE(set.unpaired.empty());
  EXPECT_THROW(load_report_set(runs, "standart", false), UsageError);
}

TEST_F(ReportRuns, AReportAloneIsNotPairedAndSaysWhy) {
  const reports::ReportSet set =
      load_report_set({folder_ / "quest/report.json", folder_ / "standard"}, "standard", false);
  EXPECT_TRUE(set.paired.empty());
  EXPECT_THAT(set.unpaired, ElementsAre(HasSubstr("run.db")));
}

TEST_F(ReportRuns, SamplesAreReadFromTheRunDirectory) {
  const std::string run = folder_ / "quest";
  const std::string cell = cell_samples_folder(run, 7, "fgsm");
  make_writable_folder(cell);
  make_writable_folder(run + "/samples/clean");
  write_file_atomically(run + "/samples/clean/0.png", tests::tiny_png());
  write_file_atomically(cell + "/0.png", tests::tiny_png());
  write_file_atomically(cell + "/0-difference-x16.png", tests::tiny_png());
  write_file_atomically(cell + "/1.png", "GIF89a");                                     // no PNG
  write_file_atomically(cell + "/2.png", tests::tiny_png() + std::string(70000, 'x'));  // too large
  write_file_atomically(cell + "/notes.txt", "not a picture");
  make_writable_folder(run + "/samples/99-beyond");
  const reports::ReportSet set = load_report_set({run}, "", false);
  ASSERT_EQ(set.models[0].samples.size(), 1U);
  const reports::SampleImages& sample = set.models[0].samples[0];
  EXPECT_EQ(sample.row_id, set.models[0].view.rows[7].id);
  EXPECT_EQ(sample.sample, 0U);
  EXPECT_EQ(sample.magnification, 16);
  for (const std::string* png : {&sample.clean, &sample.seen, &sample.difference})
    EXPECT_EQ(*png, tests::tiny_png());
}

TEST(ReportRequests, FormatAndFile) {
  EXPECT_EQ(parse_report_request("html").file, "");
  EXPECT_EQ(parse_report_request("latex=a=b.tex").file, "a=b.tex");
  EXPECT_THROW(parse_report_request("html="), UsageError);
  EXPECT_THROW(parse_report_request("htlm=x"), UsageError);
}

}  // namespace
}  // namespace vitrobust::eval
