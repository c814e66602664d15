#include "eval/cli/options.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/error.h"
#include "eval/cli/usage.h"

namespace vitrobust::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> with_required(std::vector<std::string> extra) {
  std::vector<std::string> words = {"--checkpoint", "a",     "b",     "--data", "glyphs",
                                    "--suite",      "quick", "--out", "o"};
  words.insert(words.end(), extra.begin(), extra.end());
  return words;
}

struct Complaint {
  std::string message, hint;
};

Complaint complaint(const std::vector<std::string>& words) {
  try {
    parse_run_options(words);
  } catch (const UsageError& error) {
    return {error.what(), error.hint()};
  }
  return {"nothing was thrown", {}};
}

TEST(RunOptions, FillsFieldsAndKeepsDefaults) {
  const RunOptions options = parse_run_options(
      with_required({"--limit", "5", "--mean", "0.5,0.25,1", "--batch-size", "7", "--attention", "quest"}));
  EXPECT_THAT(options.checkpoints, ElementsAre("a", "b"));
  EXPECT_EQ(options.limit, 5);
  EXPECT_EQ(options.batch_size, 7);
  EXPECT_EQ(options.attention, "quest");
  EXPECT_THAT(options.mean.value(), ElementsAre(0.5, 0.25, 1));
  EXPECT_FALSE(options.std);
  EXPECT_EQ(options.precision, "fp32");
  EXPECT_EQ(options.kernels, "auto");
  EXPECT_EQ(parse_run_options(with_required({"--batch-size", "auto"})).batch_size, 0);
  EXPECT_EQ(parse_run_options(with_required({"--precision", "bf16"})).precision, "bf16");
  EXPECT_EQ(parse_run_options(with_required({"--kernels", "mkl"})).kernels, "mkl");
}

TEST(RunOptions, NamesWhatIsMissingAllAtOnce) {
  EXPECT_THAT(complaint({}).message, testing::AllOf(HasSubstr("--checkpoint"), HasSubstr("--data"),
                                                    HasSubstr("--out"), HasSubstr("--suite or --condition")));
}

TEST(RunOptions, DoesNotGuessAbbreviations) {
  const Complaint found = complaint(with_required({"--lim", "3"}));
  EXPECT_THAT(found.message, HasSubstr("--lim"));
  EXPECT_THAT(found.hint, HasSubstr("--limit"));
}

TEST(RunOptions, RefusesRepeatedAndMalformedValues) {
  EXPECT_THAT(complaint(with_required({"--seed", "1", "--seed", "2"})).message, HasSubstr("more than once"));
  EXPECT_THAT(complaint(with_required({"--limit", "many"})).message, HasSubstr("limit"));
  EXPECT_THAT(complaint(with_required({"--limit", "0"})).message, HasSubstr("--limit must be at least 1"));
  EXPECT_THAT(complaint(with_required({"--seed", "-1"})).message, HasSubstr("--seed must not be negative"));
  EXPECT_THAT(complaint(with_required({"--mean", "0.5,0.5"})).message, HasSubstr("three numbers"));
  EXPECT_THAT(complaint(with_required({"--batch-size", "0"})).message, HasSubstr("--batch-size"));
  EXPECT_THAT(complaint(with_required({"--precision", "fp16"})).message, HasSubstr("fp16"));
  EXPECT_THAT(complaint(with_required({"--kernels", "bf16"})).message, HasSubstr("--kernels bf16"));
  EXPECT_THAT(complaint(with_required({"--kernels", "mkl", "--precision", "fp64"})).message,
              HasSubstr("plain kernels only"));
  EXPECT_THAT(complaint(with_required({"--device", "tpu"})).message, HasSubstr("tpu"));
}

TEST(StrayWords, AreUsageErrors) {
  EXPECT_THROW(parse_demo_options({"now"}), UsageError);
  EXPECT_THROW(parse_inspect_options({"model.safetensors"}), UsageError);
}

TEST(ListOptions, TakesOneWord) {
  EXPECT_EQ(parse_list_options({"attacks", "--json"}).what, "attacks");
  EXPECT_TRUE(parse_list_options({"attacks", "--json"}).json);
  EXPECT_EQ(parse_list_options({}).what, "");
}

TEST(Help, ExistsForEverySubcommandAndNamesItsOptions) {
  for (const Subcommand& subcommand : subcommands()) {
    EXPECT_THAT(subcommand_help(subcommand.name), HasSubstr("usage: vitrobust " + subcommand.name));
    EXPECT_THAT(program_help(), HasSubstr(subcommand.name));
  }
  EXPECT_THAT(subcommand_help("run"), testing::AllOf(HasSubstr("--save-inputs"), HasSubstr("--attention")));
}

TEST(Help, UnknownSubcommandNamesTheNearest) {
  try {
    require_subcommand("inspct");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.hint(), HasSubstr("inspect"));
  }
}

}  // namespace
}  // namespace vitrobust::eval
