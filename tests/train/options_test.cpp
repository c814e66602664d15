#include "train/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace vitrobust::train {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

CommandLine parse(std::vector<const char*> words) {
  words.insert(words.begin(), "/some/where/vitrobust-train");
  return parse_command_line(words);
}

/// "message | hint" of the UsageError that the words cause.
std::string usage_error(const std::vector<const char*>& words) {
  try {
    parse(words);
  } catch (const UsageError& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no UsageError";
}

TEST(Options, FillsTheFields) {
  const TrainOptions options =
      parse({"--data", "glyphs:train", "--out=DIR", "--attention", "quest", "--lr", "3e-4", "--heads", "2",
             "--crop-padding", "1", "--precision", "bf16", "--seed", "7"})
          .options;
  EXPECT_EQ(options.data, "glyphs:train");
  EXPECT_EQ(options.out, "DIR");
  EXPECT_EQ(options.attention, models::AttentionKind::quest);
  EXPECT_DOUBLE_EQ(options.lr, 3e-4);
  EXPECT_EQ(options.heads, 2);
  EXPECT_EQ(options.crop_padding, 1);
  EXPECT_FALSE(options.flip);
  EXPECT_EQ(options.precision, "bf16");
  EXPECT_EQ(options.seed, 7);
}

TEST(Options, KeepsTheCommandAsAShellTakesIt) {
  EXPECT_EQ(parse({"--data", "glyphs:train", "--out", "two words"}).text,
            "vitrobust-train --data glyphs:train --out 'two words'");
}

TEST(Options, HelpNeedsNothingElse) {
  const CommandLine command = parse({"--help"});
  EXPECT_THAT(command.help, HasSubstr("--label-smoothing"));
  EXPECT_THAT(command.help, HasSubstr("Usage: vitrobust-train"));
}

TEST(Options, RandomWeightsNeedNoData) {
  const auto command = parse({"--img-size", "224", "--classes", "10", "--epochs", "0", "--out", "DIR"});
  EXPECT_THAT(command.options.validate(), IsEmpty());
}

TEST(Options, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--epoch", "3"}),
              testing::AllOf(HasSubstr("unknown option '--epoch'"), HasSubstr("epochs")));
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "stray"}), HasSubstr("unexpected argument 'stray'"));
}

TEST(Options, RefusesValuesOfAnotherKind) {
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--depth", "four"}), HasSubstr("--depth"));
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--lr", "nan"}), HasSubstr("--lr must lie in"));
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--attention", "qest"}), HasSubstr("quest"));
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--seed", "-1"}), HasSubstr("--seed"));
}

TEST(Options, NamesEveryProblemAtOnce) {
  const std::string error = usage_error({"--epochs", "5", "--batch-size", "0", "--storage", "f8"});
  for (const char* problem : {"--out DIR is missing", "--data SPEC is missing", "--batch-size", "--storage"})
    EXPECT_THAT(error, HasSubstr(problem));
}

TEST(Options, RefusesContradictions) {
  EXPECT_THAT(usage_error({"--data", "x", "--out", "y", "--eval-data", "z", "--holdout", "5"}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(usage_error({"--epochs", "0", "--out", "y", "--classes", "3"}), HasSubstr("--img-size"));
}

TEST(Options, SettingsLeaveOutWhatDoesNotDecideTheResult) {
  TrainOptions a;
  TrainOptions b;
  b.out = "elsewhere";
  b.threads = 7;
  EXPECT_EQ(a.to_json(), b.to_json());
  b.lr *= 2;
  EXPECT_NE(a.to_json(), b.to_json());
}

}  // namespace
}  // namespace vitrobust::train
