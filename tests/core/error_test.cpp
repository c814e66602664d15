#include "core/error.h"

#include <gmock/gmock.h>

namespace vitrobust {
namespace {

TEST(FormatError, OneLineAndAHint) {
  EXPECT_EQ(format_error(UsageError("no such suite 'fast'")), "error: no such suite 'fast'");
  EXPECT_EQ(format_error(UsageError("no such suite 'fast'", "did you mean 'quick'?")),
            "error: no such suite 'fast'\nhint: did you mean 'quick'?");
}

TEST(FormatError, DisarmsControlCharactersThatCameFromAFile) {
  EXPECT_EQ(format_error(InputError("a.json", "duplicate JSON key '\033[2Jx\ny'", "see \033[31m")),
            "error: a.json: duplicate JSON key '?[2Jx?y'\nhint: see ?[31m");
}

TEST(Error, EachKindHasItsExitCode) {
  EXPECT_EQ(UsageError("x").code(), ExitCode::usage);
  EXPECT_EQ(InputError("a.json", "x").code(), ExitCode::bad_input);
  EXPECT_EQ(InternalError("x").code(), ExitCode::internal);
  EXPECT_EQ(Interrupted("x").code(), ExitCode::interrupted);
  EXPECT_EQ(static_cast<int>(ExitCode::usage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::bad_input), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::internal), 70);
  EXPECT_EQ(static_cast<int>(ExitCode::interrupted), 130);
}

TEST(Error, InputErrorsNameTheFileAndBugsAskForAReport) {
  EXPECT_STREQ(InputError("a.json", "no such file").what(), "a.json: no such file");
  EXPECT_STREQ(InputError("", "no images").what(), "no images");
  EXPECT_THAT(InternalError("x").hint(), testing::HasSubstr("bug"));
}

}  // namespace
}  // namespace vitrobust
