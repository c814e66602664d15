// Invariant 1 of the design, through the whole program: same seed, same report outside `volatile`.
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

#include "core/files.h"
#include "core/sha256.h"
#include "tests/e2e/fixtures.h"

namespace vitrobust::tests {
namespace {

class Invariance : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { make_random_checkpoint(folder_ / "model", GetParam(), 1); }

  std::vector<std::string> conditions() const {
    return {"--condition",
            "clean",
            "gaussian_noise:severity=3",
            "jpeg_compression:severity=5",
            "fgsm:eps=2/255",
            "pgd:eps=2/255,steps=3,step_size=1/255,restarts=2"};
  }

  TemporaryFolder folder_;
};

TEST_P(Invariance, ReportAndSavedFilesDoNotDependOnBatchSizeOrThreads) {
  for (const char* precision : {"fp32", "fp64"}) {
    std::optional<Json> expected;
    std::vector<std::string> expected_hashes;
    for (const char* batch_size : {"1", "7", "64"}) {
      for (const char* threads : {"1", "2"}) {
        const std::string name = std::string(precision) + "-" + batch_size + "-" + threads;
        std::vector<std::string> arguments = conditions();
        for (const char* word : {"--limit", "30", "--seed", "11", "--precision", precision, "--batch-size",
                                 batch_size, "--threads", threads})
          arguments.emplace_back(word);
        // The same path for every run, as it is part of what a run directory remembers.
        arguments.insert(arguments.end(),
                         {"--save-inputs", folder_ / "inputs", "--save-logits", folder_ / "logits"});
        const Finished finished = run_on_glyphs(folder_ / "model", folder_ / name, arguments);
        ASSERT_EQ(finished.code, 0) << finished.err;
        const Json report = stable_report_of(folder_ / name);
        std::vector<std::string> hashes;
        for (const char* file :
             {"inputs/00-clean.npy", "inputs/01-gaussian_noise-3.npy", "inputs/02-jpeg_compression-5.npy",
              "inputs/03-fgsm.npy", "inputs/04-pgd.npy", "logits/00-clean.npy", "logits/04-pgd.npy"})
          hashes.push_back(sha256_file(folder_ / file));
        if (!expected) {
          expected = report;
          expected_hashes = hashes;
        }
        EXPECT_EQ(report, *expected) << name;
        EXPECT_EQ(hashes, expected_hashes) << name;
      }
    }
  }
}

TEST_P(Invariance, AnInterruptedRunGoesOnToTheSameReport) {
  std::vector<std::string> arguments = conditions();
  arguments.insert(arguments.end(), {"--limit", "2000"});
  std::vector<std::string> command = {"run",    "--checkpoint", folder_ / "model", "--data",
                                      "glyphs", "--out",        folder_ / "cut",   "--quiet"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // By then the store's journal holds more than the empty tables, and far less than all outcomes.
  const std::string journal = folder_ / "cut/run.db-wal";
  const Finished cut = run_program("vitrobust", command, [&] {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(journal, absent);
    return !absent && size > 150'000;
  });
  EXPECT_EQ(cut.code, 130) << cut.err;
  EXPECT_THAT(cut.err, testing::HasSubstr("the same command goes on"));
  EXPECT_EQ(report_of(folder_ / "cut").at("status"), "interrupted");
  const Finished resumed = run_program("vitrobust", command);
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  ASSERT_EQ(run_on_glyphs(folder_ / "model", folder_ / "whole", arguments).code, 0);
  EXPECT_EQ(stable_report_of(folder_ / "cut"), stable_report_of(folder_ / "whole"));
}

INSTANTIATE_TEST_SUITE_P(Attention, Invariance, testing::Values("standard", "quest"),
                         [](const auto& attention) { return attention.param; });

}  // namespace
}  // namespace vitrobust::tests
