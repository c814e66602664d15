#pragma once

#include <cstdint>

namespace vitrobust::train {

/// Linear warm-up to the peak, then half a cosine down to 0 (Loshchilov and Hutter 2017, arXiv 1608.03983,
/// without restarts), both per optimizer step.
struct Schedule {
  double peak = 1e-3;
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 1;

  /// Learning rate of step `step` in [0, total_steps); the first warm-up step is peak / warmup_steps, never
  /// 0, and the last step of all is just above 0.
  [[nodiscard]] double learning_rate(std::int64_t step) const;
};

}  // namespace vitrobust::train
