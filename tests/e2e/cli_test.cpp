// What a person meets at the command line: good runs, and one clear line with the right exit code for bad
// input.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "core/files.h"
#include "tests/e2e/fixtures.h"

namespace vitrobust::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CommandLine : public testing::Test {
 protected:
  void SetUp() override { make_random_checkpoint(model_, "standard", 1); }

  /// Expects this exit code and one `error:` line with these words, nothing that looks like a backtrace.
  static void expect_error(const Finished& finished, int code, const testing::Matcher<std::string>& words) {
    EXPECT_EQ(finished.code, code) << finished.err;
    EXPECT_THAT(finished.err, AllOf(testing::StartsWith("error: "), words, Not(HasSubstr("frame #")),
                                    Not(HasSubstr("terminate"))));
    EXPECT_LE(std::count(finished.err.begin(), finished.err.end(), '\n'), 2) << finished.err;
    EXPECT_EQ(finished.out, "");
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& extra) const {
    return run_on_glyphs(model_, folder_ / "out", extra);
  }

  /// A folder of two classes' worth of PNGs in ten class folders.
  [[nodiscard]] std::string image_folder() const {
    for (int label = 0; label < 10; ++label) {
      const std::string folder = folder_ / ("images/class" + std::to_string(label));
      fs::create_directories(folder);
      for (int i = 0; i < 2; ++i)
        cv::imwrite(folder + "/" + std::to_string(i) + ".png",
                    cv::Mat(40, 50, CV_8UC3, cv::Scalar(20 * label, 100, 90 * i)));
    }
    return folder_ / "images";
  }

  TemporaryFolder folder_;
  std::string model_ = folder_ / "model";
};

TEST_F(CommandLine, EvaluatesAndSaysWhereTheReportIs) {
  const Finished finished = run({"--condition", "clean", "fgsm:eps=1/255", "--limit", "20"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out,
              AllOf(HasSubstr("clean"), HasSubstr("fgsm"), HasSubstr(folder_ / "out/report.json")));
  EXPECT_EQ(report_of(folder_ / "out").at("rows").size(), 2U);
}

TEST_F(CommandLine, ComparesSeveralCheckpointsInFoldersOfTheirOwn) {
  make_random_checkpoint(folder_ / "other", "quest", 2);
  const Finished finished =
      run_program("vitrobust", {"run", "--checkpoint", model_, folder_ / "other", "--data", "glyphs", "--out",
                                folder_ / "out", "--condition", "clean", "--limit", "10", "--quiet"});
  EXPECT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.out, AllOf(HasSubstr("model"), HasSubstr("other")));
  EXPECT_EQ(report_of(folder_ / "out/other").at("model").at("attention"), "quest");
}

TEST_F(CommandLine, InspectsAndLists) {
  const Finished inspected = run_program("vitrobust", {"inspect", "--checkpoint", model_});
  EXPECT_EQ(inspected.code, 0) << inspected.err;
  EXPECT_THAT(inspected.out, AllOf(HasSubstr("safetensors"), HasSubstr("standard")));
  const Finished listed = run_program("vitrobust", {"list"});
  EXPECT_THAT(listed.out, AllOf(HasSubstr("gaussian_noise"), HasSubstr("pgd"), HasSubstr("quest"),
                                HasSubstr("quick"), HasSubstr("cifar10")));
}

TEST_F(CommandLine, BadConditions) {
  expect_error(run({"--condition", "pdg"}), 2, AllOf(HasSubstr("'pdg'"), HasSubstr("'pgd'")));
  expect_error(run({"--condition", "fgsm:eps=0.03x"}), 2, HasSubstr("0.03x"));
}

TEST_F(CommandLine, BadCheckpoints) {
  const auto run_with = [&](const std::string& checkpoint) {
    return run_on_glyphs(checkpoint, folder_ / "out", {"--condition", "clean"});
  };
  expect_error(run_with(folder_ / "absent"), 3, HasSubstr("absent: no such file"));

  const std::string weights = read_file(model_ + "/model.safetensors", std::size_t{1} << 30);
  fs::copy(model_, folder_ / "short");
  std::ofstream(folder_ / "short/model.safetensors", std::ios::binary)
      << weights.substr(0, weights.size() / 2);
  expect_error(run_with(folder_ / "short"), 3, HasSubstr("model.safetensors"));
}

TEST_F(CommandLine, BadFolders) {
  fs::create_directories(folder_ / "empty");
  const auto run_on = [&](const std::string& data, const std::string& out) {
    return run_program("vitrobust", {"run", "--checkpoint", model_, "--data", data, "--condition", "clean",
                                     "--out", out, "--quiet"});
  };
  expect_error(run_on("imagefolder:" + folder_ / "empty", folder_ / "out"), 3, HasSubstr("empty"));
  std::ofstream(folder_ / "file") << "x";
  expect_error(run_on("glyphs", folder_ / "file/out"), 3, HasSubstr("file/out"));
  expect_error(run_on("glyfs", folder_ / "out"), 2, HasSubstr("glyphs"));
}

TEST_F(CommandLine, AnImageThatDoesNotDecodeIsCountedAndNamed) {
  const std::string images = image_folder();
  std::ofstream(images + "/class3/0.png") << "not a PNG";
  const Finished finished =
      run_program("vitrobust", {"run", "--checkpoint", model_, "--data", images, "--condition", "clean",
                                "brightness:severity=2", "fgsm", "--out", folder_ / "out", "--quiet"});
  EXPECT_EQ(finished.code, 4) << finished.err;
  for (const Json& row : report_of(folder_ / "out").at("rows")) {
    EXPECT_EQ(row.at("n"), 19);
    EXPECT_EQ(row.at("n_failed"), 1);
    EXPECT_THAT(row.dump(), HasSubstr("class3/0.png"));
  }
}

/// What `corrupt` wrote is, read as a ready-made tree, what `run` corrupts in memory.
TEST_F(CommandLine, AReadyMadeTreeGivesWhatCorruptingInMemoryGives) {
  const std::string images = image_folder();
  const std::vector<std::string> conditions = {"gaussian_noise:severity=3", "fog:severity=5"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--condition", conditions[0], conditions[1], "--quiet"});
    return run_program("vitrobust", words);
  };
  const Finished corrupted =
      with({"corrupt", "--data", images, "--img-size", "32", "--out", folder_ / "tree"});
  ASSERT_EQ(corrupted.code, 0) << corrupted.err;
  const Finished computed = with({"run", "--checkpoint", model_, "--data", images, "--crop-pct", "0.875",
                                  "--interpolation", "bilinear", "--out", folder_ / "computed"});
  ASSERT_EQ(computed.code, 0) << computed.err;
  const Finished read = with(
      {"run", "--checkpoint", model_, "--data", "imagenet-c:" + folder_ / "tree", "--out", folder_ / "read"});
  ASSERT_EQ(read.code, 0) << read.err;
  EXPECT_EQ(report_of(folder_ / "computed").at("rows"), report_of(folder_ / "read").at("rows"));
  EXPECT_EQ(report_of(folder_ / "read").at("config").at("corruptions").at("source"), "files");

  expect_error(
      run_program("vitrobust", {"run", "--checkpoint", model_, "--data", "imagenet-c:" + folder_ / "tree",
                                "--condition", "clean", "--out", folder_ / "clean"}),
      2, HasSubstr("holds corrupted images only"));
}

TEST_F(CommandLine, AChangedConfigurationIsRefused) {
  ASSERT_EQ(run({"--condition", "clean", "--limit", "5"}).code, 0);
  expect_error(run({"--condition", "clean", "--limit", "6"}), 3, HasSubstr("samples: 5 in the run, 6 now"));
  EXPECT_EQ(run({"--condition", "clean", "--limit", "5", "--batch-size", "3"}).code, 0)
      << "a batch size changes nothing";
}

TEST_F(CommandLine, DataOfOtherClassesAreRefused) {
  const std::string images = image_folder();
  fs::remove_all(images + "/class9");
  expect_error(run_program("vitrobust", {"run", "--checkpoint", model_, "--data", images, "--condition",
                                         "clean", "--out", folder_ / "out"}),
               3, HasSubstr("9 classes"));
}

}  // namespace
}  // namespace vitrobust::tests
