#include "core/parallel.h"

#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace vitrobust {
namespace {

TEST(ForEachIndex, CallsEachOnceWhateverTheThreads) {
  for (const int threads : {-1, 0, 1, 2, 7, 50}) {
    std::vector<std::atomic<int>> calls(23);
    for_each_index(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (const std::atomic<int>& count : calls) EXPECT_EQ(count, 1) << threads;
  }
  for_each_index(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ForEachIndex, RethrowsWhatACallThrew) {
  for (const int threads : {1, 3})
    EXPECT_THROW(for_each_index(9, threads,
                                [](std::size_t i) {
                                  if (i == 4) throw std::runtime_error("four");
                                }),
                 std::runtime_error);
}

TEST(ThreadCount, IsWhatWasAskedForOrOnePerCore) {
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_GE(thread_count(0), 1);
}

}  // namespace
}  // namespace vitrobust
