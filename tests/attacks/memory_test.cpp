// Memory does not grow with the iterations: no attack keeps a pass's graph beyond the pass.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "toy.h"

namespace vitrobust::attacks {
namespace {

double peak_mebibytes() {
  rusage usage{};
  EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

TEST(Memory, DoesNotGrowWithTheIterations) {
  // What one pass of four images keeps for its gradient is about 0.8 MiB, and two passes make an iteration.
  const auto model = toy::make_conv(40, 5, 2, at::kFloat);
  const toy::Batch batch = toy::make_batch(*model, 8, 8);
  for (const std::string attack : {"pgd:eps=1e-6,step_size=1e-7", "token_pgd:eps=1e-6,step_size=1e-7",
                                   "patch_fool:eps=1e-6,step_size=1e-7"}) {
    const auto run = [&](const char* steps) {
      (void)toy::make(attack + ",steps=" + steps)->run(*model, batch.input(), 1);
      return peak_mebibytes();
    };
    const double few = run("5");
    EXPECT_LE(run("60") - few, 32) << attack;  // kept graphs would add 55 · 1.6 MiB
  }
}

}  // namespace
}  // namespace vitrobust::attacks
