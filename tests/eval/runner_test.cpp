#include "eval/runner.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include <atomic>
#include <optional>

#include "core/error.h"
#include "tests/eval/fake_dataset.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using testing::HasSubstr;
using tests::FakeDataset;
using ::vitrobust::tests::TemporaryFolder;

constexpr std::int64_t kPixels = 8;

/// A two-layer network on 8×8 images with three classes; fails on demand.
class TinyClassifier final : public models::Classifier {
 public:
  explicit TinyClassifier(at::ScalarType dtype)
      : Classifier({.classes = 3, .height = kPixels, .width = kPixels, .lanes = 4}, {0.5, 0.5, 0.5},
                   {0.5, 0.5, 0.5}, dtype) {
    torch::manual_seed(1);
    first_ = (torch::randn({16, 3 * kPixels * kPixels}, torch::kDouble) * 0.1).to(dtype);
    second_ = torch::randn({3, 16}, torch::kDouble).to(dtype);
  }

  std::atomic<bool> broken{false};

 protected:
  [[nodiscard]] at::Tensor forward(const at::Tensor& normalised) const override {
    const at::Tensor logits =
        torch::matmul(torch::tanh(torch::matmul(normalised.flatten(1), first_.t())), second_.t());
    return broken ? logits / 0 : logits;
  }

 private:
  at::Tensor first_, second_;
};

models::CheckpointDescription description() {
  models::CheckpointDescription model;
  model.name = "tiny";
  model.sha256 = "00";
  model.preprocess.height = model.preprocess.width = kPixels;
  return model;
}

std::vector<PlannedCell> small_plan() {
  std::vector<ConditionSpec> conditions;
  for (const char* text : {"clean", "gaussian_noise:severity=2", "fgsm:eps=4/255",
                           "pgd:eps=4/255,steps=4,restarts=2", "brightness:severity=1+fgsm:eps=1/255",
                           "perturbation:sequence=gaussian_noise", "perturbation:sequence=translate"})
    conditions.push_back(parse_condition(text));
  return make_plan(conditions);
}

/// One run in a folder of its own unless it is given one.
struct OneRun {
  std::string folder;
  std::size_t batch_size = 7;
  int threads = 2;
  std::uint64_t samples = 40;
  std::uint64_t seed = 3;
  at::ScalarType dtype = at::kFloat;
  std::set<std::uint64_t> unreadable = {};
  /// The pass at which Ctrl-C comes.
  std::optional<int> interrupt_at = {};
  bool broken = false;

  [[nodiscard]] Json report() const {
    const FakeDataset dataset(samples, kPixels, unreadable);
    TinyClassifier classifier(dtype);
    classifier.set_threads(threads);
    classifier.broken = broken;
    std::atomic<int> passes{0};
    if (interrupt_at) {
      classifier.set_pass_hook([&] {
        if (++passes >= *interrupt_at) throw Interrupted("interrupted");
      });
    }
    const models::CheckpointDescription model = description();
    const std::vector<PlannedCell> plan = small_plan();
    const RunSetup setup{.model = model,
                         .dataset = dataset,
                         .dataset_fingerprint = dataset.fingerprint(),
                         .plan = plan,
                         .samples = samples,
                         .seed = seed,
                         .precision = dtype == at::kDouble ? "fp64" : "fp32",
                         .corruptions = {}};
    Runner runner(setup, classifier, {.folder = folder, .batch_size = batch_size, .threads = threads});
    Progress progress(runner.pending_work(), true);
    bool interrupted = false;
    try {
      runner.run(progress);
    } catch (const Interrupted&) {
      interrupted = true;
    }
    return runner.report(interrupted);
  }
};

Json without_volatile(Json report) {
  report.erase("volatile");
  return report;
}

TEST(Runner, ReportsEveryCell) {
  const TemporaryFolder folder;
  const Json report = OneRun{.folder = folder.path()}.report();
  EXPECT_EQ(report.at("status"), "complete");
  ASSERT_EQ(report.at("rows").size(), 7U);
  for (const Json& row : report.at("rows")) EXPECT_EQ(row.at("n"), 40) << row.at("id");
  const Json& pgd = report.at("rows")[3];
  EXPECT_LE(pgd.at("linf_max").get<double>(), 4.0 / 255 + 1.2e-7);
  EXPECT_LE(pgd.at("accuracy").get<double>(), pgd.at("clean_accuracy").get<double>());
  const Json& translate = report.at("rows")[6];
  EXPECT_TRUE(translate.at("accuracy").is_null());
  EXPECT_GT(translate.at("flip_probability").get<double>(), 0);
  EXPECT_EQ(read_json(folder / "report.json"), report);
}

TEST(Runner, SameReportForAnyBatchSizeAndNumberOfThreads) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    std::optional<Json> expected;
    for (const std::size_t batch_size : {1U, 7U, 64U}) {
      for (const int threads : {1, 2}) {
        const TemporaryFolder folder;
        const Json report = without_volatile(
            OneRun{.folder = folder.path(), .batch_size = batch_size, .threads = threads, .dtype = dtype}
                .report());
        if (!expected) expected = report;
        EXPECT_EQ(report, *expected) << "batch size " << batch_size << ", " << threads << " threads";
      }
    }
  }
}

TEST(Runner, AnotherSeedGivesAnotherReport) {
  const TemporaryFolder a, b;
  EXPECT_NE(OneRun{.folder = a.path()}.report().at("rows"),
            (OneRun{.folder = b.path(), .seed = 4}.report().at("rows")));
}

TEST(Runner, GoesOnAfterAnInterruptionAsIfThereHadBeenNone) {
  const TemporaryFolder whole, cut;
  const Json expected = without_volatile(OneRun{.folder = whole.path()}.report());
  bool was_interrupted = false;
  for (const int at : {3, 20, 60}) {
    const Json report = OneRun{.folder = cut.path(), .interrupt_at = at}.report();
    was_interrupted |= report.at("status") == "interrupted";
  }
  EXPECT_TRUE(was_interrupted);
  EXPECT_EQ(without_volatile(OneRun{.folder = cut.path(), .batch_size = 16, .threads = 1}.report()),
            expected);
}

TEST(Runner, UnreadableSamplesAreCountedAndNamed) {
  const TemporaryFolder folder;
  const Json report = OneRun{.folder = folder.path(), .unreadable = {5, 17}}.report();
  EXPECT_EQ(report.at("status"), "partial");
  for (const Json& row : report.at("rows")) {
    EXPECT_EQ(row.at("n"), 38);
    EXPECT_EQ(row.at("n_failed"), 2);
    EXPECT_THAT(row.dump(), HasSubstr("fake/17: cannot be decoded"));
  }
}

TEST(Runner, AFailedCellIsARowWithAnErrorAndIsTriedAgain) {
  const TemporaryFolder folder;
  const Json failed = OneRun{.folder = folder.path(), .broken = true}.report();
  EXPECT_EQ(failed.at("status"), "partial");
  EXPECT_THAT(failed.at("rows")[0].at("error").get<std::string>(), HasSubstr("finite"));
  EXPECT_EQ(OneRun{.folder = folder.path()}.report().at("status"), "complete");
}

TEST(Runner, RefusesADirectoryOfAnotherRun) {
  const TemporaryFolder folder;
  (void)OneRun{.folder = folder.path(), .samples = 5}.report();
  EXPECT_THROW((void)(OneRun{.folder = folder.path(), .samples = 6}.report()), InputError);
  EXPECT_THROW((void)(OneRun{.folder = folder.path(), .samples = 5, .seed = 9}.report()), InputError);
}

}  // namespace
}  // namespace vitrobust::eval
