#include "eval/run_store.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using reports::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::TemporaryFolder;

const Json kConfig = {
    {"seed", 0}, {"model", {{"sha256", "aa"}}}, {"conditions", {"clean", "corruption/fog/3"}}};

Outcome outcome(std::uint64_t id) {
  return {.sample_id = id,
          .label = 3,
          .error = {},
          .prediction = 4,
          .top5 = true,
          .margin = -0.1,
          .loss = 1.0 / 3,
          .prediction_before = 3,
          .linf = 8.0 / 255,
          .l2 = 0.7,
          .queries = 21,
          .broken_by = "square",
          .flip_share = 1.0 / 7,
          .top5_distance = 17.9};
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(RunStore, KeepsNotes) {
  const TemporaryFolder folder;
  {
    RunStore store(folder.path(), kConfig);
    EXPECT_FALSE(store.note("probe").has_value());
    store.set_note("probe", {{"found", "nothing"}});
  }
  EXPECT_EQ(RunStore(folder.path(), kConfig).note("probe"), Json({{"found", "nothing"}}));
}

TEST(RunStore, TheConfigurationThatItWasMadeWithCanBeHadBefore) {
  const TemporaryFolder folder;
  EXPECT_FALSE(kept_config(folder.path()));
  const Json config = {{"kernels", "mkl"}, {"seed", 3}};
  { const RunStore store(folder.path(), config); }
  EXPECT_EQ(kept_config(folder.path()), std::optional(config));
}

TEST(RunStore, KeepsOutcomesExactlyAndSorted) {
  const TemporaryFolder folder;
  Outcome failed{.sample_id = 2, .label = 1, .error = "b.png: cannot be decoded"};
  {
    RunStore store(folder.path(), kConfig);
    EXPECT_FALSE(store.resumed());
    store.commit(1, std::vector{outcome(7), failed}, 0.5);
    store.commit(1, std::vector{outcome(0)}, 0.25);
  }
  const RunStore store(folder.path(), kConfig);
  EXPECT_TRUE(store.resumed());
  EXPECT_THAT(store.outcomes(1), ElementsAre(outcome(0), failed, outcome(7)));
  EXPECT_THAT(store.finished_samples(1), ElementsAre(0, 2, 7));
  EXPECT_TRUE(store.outcomes(0).empty());
  EXPECT_EQ(store.cell(1).outcomes, 3U);
  EXPECT_DOUBLE_EQ(store.cell(1).seconds, 0.75);
}

TEST(RunStore, RefusesAnotherConfigurationNamingTheDifference) {
  const TemporaryFolder folder;
  { const RunStore store(folder.path(), kConfig); }
  Json other = kConfig;
  other["seed"] = 1;
  other["model"]["sha256"] = "bb";
  const std::string message = message_of([&] { RunStore(folder.path(), other); });
  EXPECT_THAT(message, HasSubstr("seed: 0 in the run, 1 now"));
  EXPECT_THAT(message, HasSubstr("model.sha256: \"aa\" in the run, \"bb\" now"));
}

TEST(RunStore, RefusesASecondProcess) {
  const TemporaryFolder folder;
  const RunStore first(folder.path(), kConfig);
  EXPECT_THAT(message_of([&] { RunStore(folder.path(), kConfig); }),
              HasSubstr("in use by another vitrobust"));
}

TEST(RunStore, SaysWhenTheFileIsNoDatabase) {
  const TemporaryFolder folder;
  std::ofstream(folder / "run.db") << std::string(4096, 'x');
  EXPECT_THAT(message_of([&] { RunStore(folder.path(), kConfig); }), HasSubstr("run.db: cannot be used"));
}

TEST(RunStore, ABatchIsCommittedWholeOrNotAtAll) {
  const TemporaryFolder folder;
  RunStore store(folder.path(), kConfig);
  store.commit(0, std::vector{outcome(1)}, 0);
  // Sample 1 is there already, so the transaction that brings 0 and 1 fails and takes 0 with it.
  EXPECT_THROW(store.commit(0, std::vector{outcome(0), outcome(1)}, 0), InputError);
  EXPECT_THAT(store.finished_samples(0), ElementsAre(1));
}

TEST(RunStore, KeepsWhatWasCommittedWhenTheProcessIsKilled) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    RunStore store(folder.path(), kConfig);
    store.commit(0, std::vector{outcome(5)}, 1);
    std::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_THAT(RunStore(folder.path(), kConfig).finished_samples(0), ElementsAre(5));
}

TEST(RunStore, RemembersAndForgetsACellsError) {
  const TemporaryFolder folder;
  RunStore store(folder.path(), kConfig);
  store.set_cell_error(1, "logits are not finite");
  EXPECT_EQ(store.cell(1).error, "logits are not finite");
  store.set_cell_error(1, "");
  EXPECT_EQ(store.cell(1).error, "");
}

}  // namespace
}  // namespace vitrobust::eval
