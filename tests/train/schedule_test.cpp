#include "train/schedule.h"

#include <gtest/gtest.h>

namespace vitrobust::train {
namespace {

constexpr Schedule kSchedule{.peak = 0.8, .warmup_steps = 4, .total_steps = 12};

TEST(Schedule, RisesLinearlyToThePeak) {
  EXPECT_DOUBLE_EQ(kSchedule.learning_rate(0), 0.2);
  EXPECT_DOUBLE_EQ(kSchedule.learning_rate(1), 0.4);
  EXPECT_DOUBLE_EQ(kSchedule.learning_rate(3), 0.8);
}

TEST(Schedule, FallsAlongHalfACosine) {
  EXPECT_DOUBLE_EQ(kSchedule.learning_rate(4), 0.8);
  EXPECT_NEAR(kSchedule.learning_rate(6), 0.8 * 0.8535533905932737, 1e-15);  // (1 + cos(π/4)) / 2
  EXPECT_NEAR(kSchedule.learning_rate(8), 0.4, 1e-15);
}

TEST(Schedule, NeverTrainsAtZero) {
  for (std::int64_t step = 0; step < kSchedule.total_steps; ++step)
    EXPECT_GT(kSchedule.learning_rate(step), 0) << "step " << step;
}

TEST(Schedule, StartsAtThePeakWithoutWarmUp) {
  EXPECT_DOUBLE_EQ((Schedule{.peak = 0.5, .warmup_steps = 0, .total_steps = 3}.learning_rate(0)), 0.5);
}

}  // namespace
}  // namespace vitrobust::train
