#include "reports/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::reports {
namespace {

/// Quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan 1996, numpy's default).
double quantile(std::span<const double> sorted, double p) {
  const double position = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double resampled_mean(std::span<const double> scores, std::uint32_t resample) {
  PhiloxSource random({.seed = 0, .condition = "report/bootstrap", .sample_id = 0, .restart = resample});
  const auto n = static_cast<std::uint32_t>(scores.size());
  double sum = 0;
  for (std::uint32_t i = 0; i < n; ++i) sum += scores[random.integer(n)];
  return sum / n;
}

}  // namespace

Interval wilson_interval_of_mean(double mean, std::uint64_t n, double confidence) {
  if (n == 0) throw InternalError("an interval of no samples");
  if (!(mean >= 0 && mean <= 1)) throw InternalError("an interval of a mean outside [0, 1]");
  if (!(confidence > 0 && confidence < 1)) throw InternalError("a confidence outside (0, 1)");
  const double z = normal_quantile(0.5 + confidence / 2);
  const double per_n = z * z / static_cast<double>(n);
  const double centre = mean + per_n / 2;
  const double half_width = std::sqrt(per_n * (mean * (1 - mean) + per_n / 4));
  // At 0 and n the interval ends there exactly; rounding would miss it by an ulp.
  return {.low = mean == 0 ? 0 : std::max(0.0, (centre - half_width) / (1 + per_n)),
          .high = mean == 1 ? 1 : std::min(1.0, (centre + half_width) / (1 + per_n))};
}

Interval wilson_interval(std::uint64_t correct, std::uint64_t n, double confidence) {
  if (correct > n) throw InternalError("more correct samples than samples");
  const double proportion = n == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(n);
  return wilson_interval_of_mean(proportion, n, confidence);
}

Interval bootstrap_interval(std::span<const double> scores, std::uint32_t resamples) {
  if (scores.empty() || resamples == 0) throw InternalError("a bootstrap of nothing");
  if (scores.size() > std::numeric_limits<std::uint32_t>::max())
    throw InternalError("a bootstrap of more than 2^32 images");
  const auto [lowest, highest] = std::ranges::minmax(scores);
  if (lowest == highest) return wilson_interval_of_mean(lowest, scores.size());
  std::vector<double> means(resamples);
  for (std::uint32_t r = 0; r < resamples; ++r) means[r] = resampled_mean(scores, r);
  std::ranges::sort(means);
  return {.low = std::clamp(quantile(means, 0.025), 0.0, 1.0),
          .high = std::clamp(quantile(means, 0.975), 0.0, 1.0)};
}

void CompensatedSum::add(double term) {
  const double next = sum_ + term;
  // The low bits that the addition lost, from whichever operand is the smaller.
  correction_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
  sum_ = next;
}

}  // namespace vitrobust::reports
