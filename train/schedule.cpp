#include "train/schedule.h"

#include <cmath>
#include <numbers>

namespace vitrobust::train {

double Schedule::learning_rate(std::int64_t step) const {
  if (step < warmup_steps) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup_steps);
  const double progress =
      static_cast<double>(step - warmup_steps) / static_cast<double>(total_steps - warmup_steps);
  return 0.5 * peak * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace vitrobust::train
