#include "eval/run_source.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "eval/run_store.h"
#include "eval/run_store_sql.h"
#include "tests/eval/run_folder.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using reports::Outcome;
using testing::AllOf;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;
using tests::SampleCell;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

std::vector<SampleCell> cells() {
  return tests::sample_cells(12, 0.1);
}

/// A finished run.
class FinishedRun {
 public:
  FinishedRun() : report(tests::run_report("standard", cells())) {
    tests::write_run(path(), cells(), report);
  }

  [[nodiscard]] const std::string& path() const { return folder_.path(); }
  void rewrite(const Json& changed) const {
    write_file_atomically(folder_ / "report.json", dump_json(changed));
  }

  Json report;

 private:
  TemporaryFolder folder_;
};

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "nothing was thrown";
}

TEST(RunSource, ARunDirectoryHasTheReportAndTheOutcomesOfEveryRow) {
  const FinishedRun run;
  const RunSource source(run.path());
  EXPECT_EQ(source.path(), run.path());
  EXPECT_EQ(dump_json(source.report()), dump_json(run.report));
  EXPECT_EQ(source.view().model, "standard");
  ASSERT_TRUE(source.has_outcomes());
  ASSERT_EQ(source.view().rows.size(), cells().size());
  for (std::size_t i = 0; i < cells().size(); ++i)
    EXPECT_THAT(source.outcomes(source.view().rows[i]), ElementsAreArray(cells()[i].outcomes));
}

TEST(RunSource, AReportAloneHasNoOutcomes) {
  const FinishedRun run;
  EXPECT_FALSE(RunSource(run.path() + "/report.json").has_outcomes());
  fs::remove(run.path() + "/run.db");
  EXPECT_FALSE(RunSource(run.path()).has_outcomes());
}

TEST(RunSource, ReadingLeavesNothingBehind) {
  const FinishedRun run;
  const auto names = [&] {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(run.path())) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  };
  const auto before = names();
  const RunSource source(run.path());
  EXPECT_EQ(source.outcomes(source.view().rows[0]).size(), 12U);
  EXPECT_EQ(names(), before);
}

TEST(RunSource, WhatIsNoRun) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { RunSource(folder / "absent"); }), HasSubstr("absent"));
  EXPECT_THAT(message_of([&] { RunSource(folder.path()); }), HasSubstr("is no run: it has no report.json"));
  tests::write_run(folder / "quest", cells(), tests::run_report("quest", cells()));
  EXPECT_THAT(message_of([&] { RunSource(folder.path()); }), HasSubstr("is a folder of runs"));
  fs::remove(folder / "quest/report.json");
  EXPECT_THAT(message_of([&] { RunSource(folder / "quest"); }),
              HasSubstr("has a run.db but no report.json: its run has not come to an end"));
  EXPECT_THAT(message_of([&] { RunSource(folder / "quest/run.db"); }), HasSubstr("not valid JSON"));
}

TEST(RunSource, ReportAndStoreOfDifferentRuns) {
  const FinishedRun run;
  Json report = run.report;
  report["config"]["seed"] = 1;
  run.rewrite(report);
  EXPECT_THAT(message_of([&] { RunSource(run.path()); }), HasSubstr("seed: 0 in run.db, 1 in report.json"));
  report = run.report;
  report["rows"][0]["id"] = "corruption/rain/1";
  run.rewrite(report);
  EXPECT_THAT(message_of([&] { RunSource(run.path()); }),
              HasSubstr("report.json has a row 'corruption/rain/1', run.db no such cell"));
}

TEST(RunSource, ARowThatDoesNotSumUpItsOutcomes) {
  const FinishedRun run;
  Json report = run.report;
  report["rows"][1]["correct"] = 3;
  run.rewrite(report);
  const RunSource source(run.path());
  EXPECT_THAT(message_of([&] { static_cast<void>(source.outcomes(source.view().rows[1])); }),
              AllOf(HasSubstr("row 'corruption/gaussian_noise/1' says 3 of 12 right, run.db"),
                    HasSubstr("the run has gone on since")));
}

TEST(RunSource, AStoreThatIsDamagedOrNewer) {
  const FinishedRun run;
  const std::string store = run.path() + "/run.db";
  const std::string whole = read_file(store, std::size_t{1} << 30);
  const auto with = [&](const std::string& bytes) {
    std::ofstream(store, std::ios::binary | std::ios::trunc) << bytes;
    return message_of([&] {
      const RunSource source(run.path());
      for (const auto& row : source.view().rows) static_cast<void>(source.outcomes(row));
    });
  };
  EXPECT_THAT(with(std::string(4096, 'x')), HasSubstr("run.db: cannot be used"));
  EXPECT_THAT(with(""), HasSubstr("run.db: cannot be used"));
  for (std::size_t size = 1; size < whole.size(); size += 2048)
    EXPECT_THAT(with(whole.substr(0, size)), Not(HasSubstr("nothing was thrown"))) << size;
  std::string newer = whole;
  const std::size_t at = newer.find("schema_version" + std::to_string(kStoreSchemaVersion));
  ASSERT_NE(at, std::string::npos);
  newer[at + std::string("schema_version").size()] = '7';
  EXPECT_THAT(with(newer), HasSubstr("has schema version '7', this vitrobust reads " +
                                     std::to_string(kStoreSchemaVersion)));
  EXPECT_EQ(with(whole), "nothing was thrown");
}

TEST(RunSource, ARunThatGoesOnIsReadAsItWasAndNotHeldUp) {
  const TemporaryFolder folder;
  const auto all = cells();
  tests::write_run(folder.path(), all, tests::run_report("standard", all));
  const auto store_config = RunStoreReader(folder / "run.db").config();
  RunStore writer(folder.path(), store_config);
  // The file's log is no longer empty, and the file is locked.
  writer.commit(0, std::vector{tests::outcome(100, true)}, 1);
  const RunSource source(folder.path());
  EXPECT_THAT(source.outcomes(source.view().rows[1]), ElementsAreArray(all[1].outcomes));
  EXPECT_THAT(message_of([&] { static_cast<void>(source.outcomes(source.view().rows[0])); }),
              HasSubstr("the run has gone on since"));
  writer.commit(1, std::vector{tests::outcome(101, true)}, 1);
  EXPECT_EQ(source.outcomes(source.view().rows[1]).size(), 12U) << "as it was when it was opened";
}

TEST(RunStoreReader, SeesWhatAKilledRunCommitted) {
  const TemporaryFolder folder;
  const Json config = {{"conditions", {"clean"}}};
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    RunStore store(folder.path(), config);
    store.commit(0, std::vector{tests::outcome(5, true)}, 1);
    std::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(RunStoreReader(folder / "run.db").outcomes(0).size(), 1U);
  EXPECT_EQ(RunStore(folder.path(), config).outcomes(0).size(), 1U) << "the run can go on";
}

/// Each batch is committed whole, so a reader that sees half of one saw no committed state.
TEST(RunStoreReader, WhileBatchesAreCommittedEveryOpeningSeesWholeBatches) {
  constexpr std::uint64_t kBatch = 400;
  constexpr std::uint64_t kBatches = 60;
  const TemporaryFolder folder;
  const Json config = {{"conditions", {"clean"}}};
  { const RunStore store(folder.path(), config); }
  std::jthread writing([&] {
    RunStore store(folder.path(), config);
    for (std::uint64_t batch = 0; batch < kBatches; ++batch) {
      std::vector<Outcome> outcomes;
      // Far apart ids put a batch on many pages.
      for (std::uint64_t i = 0; i < kBatch; ++i)
        outcomes.push_back(tests::outcome(i * kBatches + batch, true));
      store.commit(0, outcomes, 1);
    }
  });
  std::size_t seen = 0;
  int readings = 0;
  while (seen < kBatch * kBatches) {
    std::size_t now = seen;
    try {
      now = RunStoreReader(folder / "run.db").outcomes(0).size();
    } catch (const InputError& error) {
      ASSERT_THAT(error.what(), testing::AnyOf(HasSubstr("was changed while it was read"),
                                               HasSubstr("changes faster than it can be copied")));
      continue;
    }
    ASSERT_EQ(now % kBatch, 0U);
    ASSERT_GE(now, seen);
    seen = now;
    ++readings;
  }
  EXPECT_GT(readings, 1);
}

}  // namespace
}  // namespace vitrobust::eval
