#include "reports/unpaired.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

double accuracy(const Share& share) {
  if (share.n == 0 || share.correct > share.n) throw InternalError("a share of no samples, or above one");
  return static_cast<double>(share.correct) / static_cast<double>(share.n);
}

}  // namespace

Interval newcombe_unpaired_interval(const Share& first, const Share& second, double confidence) {
  const double from = accuracy(first);
  const double to = accuracy(second);
  const Interval of_first = wilson_interval(first.correct, first.n, confidence);
  const Interval of_second = wilson_interval(second.correct, second.n, confidence);
  const double below = std::hypot(to - of_second.low, of_first.high - from);
  const double above = std::hypot(of_second.high - to, from - of_first.low);
  return {.low = std::max(-1.0, to - from - below), .high = std::min(1.0, to - from + above)};
}

ScoreTest score_test(const Share& first, const Share& second) {
  const double difference = accuracy(second) - accuracy(first);
  const auto n_first = static_cast<double>(first.n);
  const auto n_second = static_cast<double>(second.n);
  const double pooled = static_cast<double>(first.correct + second.correct) / (n_first + n_second);
  const double variance = pooled * (1 - pooled) * (1 / n_first + 1 / n_second);
  if (variance == 0) return {};
  const double z = difference / std::sqrt(variance);
  const boost::math::normal_distribution<double> standard;
  return {.two_sided = std::min(1.0, 2 * boost::math::cdf(standard, -std::abs(z))),
          .second_is_worse = boost::math::cdf(standard, z)};
}

}  // namespace vitrobust::reports
