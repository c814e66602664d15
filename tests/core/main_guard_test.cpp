#include "core/main_guard.h"

#include <gmock/gmock.h>

#include <new>
#include <stdexcept>

#include "core/error.h"

namespace vitrobust {
namespace {

TEST(GuardedMain, TurnsExceptionsIntoExitCodes) {
  const auto code_of = [](const std::function<int()>& body) { return guarded_main(body); };
  EXPECT_EQ(code_of([] { return 4; }), 4);
  EXPECT_EQ(code_of([]() -> int { throw UsageError("u"); }), 2);
  EXPECT_EQ(code_of([]() -> int { throw InputError("f", "p"); }), 3);
  EXPECT_EQ(code_of([]() -> int { throw std::bad_alloc(); }), 70);
  EXPECT_EQ(code_of([]() -> int { throw std::logic_error("l"); }), 70);
  EXPECT_EQ(code_of([]() -> int { throw Interrupted("i"); }), 130);
  EXPECT_EQ(guarded_main([]() -> int { throw 7; }, [] { throw InputError("f", "p"); }), 3);
}

}  // namespace
}  // namespace vitrobust
