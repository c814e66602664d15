#include "reports/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
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

/// How often each of n images is drawn in a resample of n.
void draw_resample(std::uint32_t resample, std::vector<double>& counts) {
  PhiloxSource random({.seed = 0, .condition = "report/bootstrap", .sample_id = 0, .restart = resample});
  const auto n = static_cast<std::uint32_t>(counts.size());
  std::ranges::fill(counts, 0.0);
  for (std::uint32_t i = 0; i < n; ++i) counts[random.integer(n)] += 1;
}

/// Eight running sums, so that the additions need not wait for each other.
double dot_product(const std::vector<double>& a, const std::vector<double>& b) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += a[i + lane] * b[i + lane];
  for (; i < a.size(); ++i) sums[0] += a[i] * b[i];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

Interval interval_of(std::span<const double> scores, std::vector<double>& means) {
  const auto [lowest, highest] = std::ranges::minmax(scores);
  if (lowest == highest) return wilson_interval_of_mean(lowest, scores.size());
  std::ranges::sort(means);
  return {.low = std::clamp(quantile(means, 0.025), 0.0, 1.0),
          .high = std::clamp(quantile(means, 0.975), 0.0, 1.0)};
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
  const std::vector<double> one(scores.begin(), scores.end());
  return bootstrap_intervals({&one, 1}, resamples).front();
}

std::vector<Interval> bootstrap_intervals(std::span<const std::vector<double>> score_sets,
                                          std::uint32_t resamples) {
  if (score_sets.empty() || score_sets.front().empty() || resamples == 0)
    throw InternalError("a bootstrap of nothing");
  const std::size_t n = score_sets.front().size();
  if (n > std::numeric_limits<std::uint32_t>::max())
    throw InternalError("a bootstrap of more than 2^32 images");
  if (!std::ranges::all_of(score_sets, [n](const auto& scores) { return scores.size() == n; }))
    throw InternalError("scores of different numbers of images share no resamples");
  std::vector<std::vector<double>> means(score_sets.size(), std::vector<double>(resamples));
  std::vector<double> counts(n);
  for (std::uint32_t r = 0; r < resamples; ++r) {
    draw_resample(r, counts);
    for (std::size_t set = 0; set < score_sets.size(); ++set)
      means[set][r] = dot_product(counts, score_sets[set]) / static_cast<double>(n);
  }
  std::vector<Interval> intervals;
  for (std::size_t set = 0; set < score_sets.size(); ++set)
    intervals.push_back(interval_of(score_sets[set], means[set]));
  return intervals;
}

void CompensatedSum::add(double term) {
  const double next = sum_ + term;
  // The low bits that the addition lost, from whichever operand is the smaller.
  correction_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
  sum_ = next;
}

}  // namespace vitrobust::reports
