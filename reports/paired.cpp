#include "reports/paired.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

#include "core/error.h"

namespace vitrobust::reports {
namespace {

double ratio(std::uint64_t count, std::uint64_t n) {
  return static_cast<double>(count) / static_cast<double>(n);
}

/// Newcombe's correlation of the two models' answers, with his continuity correction; 0 where one of them is
/// always right or always wrong.
double correlation(const PairedCounts& counts) {
  const auto a = static_cast<double>(counts.both_right);
  const auto b = static_cast<double>(counts.only_first);
  const auto c = static_cast<double>(counts.only_second);
  const auto d = static_cast<double>(counts.both_wrong);
  // Square roots one by one: the product of four counts could be too large for a double to be exact.
  const double norm = std::sqrt(a + b) * std::sqrt(c + d) * std::sqrt(a + c) * std::sqrt(b + d);
  if (norm == 0) return 0;
  const double covariance = a * d - b * c;
  const double half = static_cast<double>(counts.n()) / 2;
  return (covariance > 0 ? std::max(covariance - half, 0.0) : covariance) / norm;
}

/// Length of the third side, the correlation being the cosine of the angle between the other two.
double third_side(double first, double second, double cosine) {
  return std::sqrt(std::max(0.0, first * first - 2 * cosine * first * second + second * second));
}

}  // namespace

double paired_difference(const PairedCounts& counts) {
  if (counts.n() == 0) throw InternalError("a difference on no samples");
  return (static_cast<double>(counts.only_second) - static_cast<double>(counts.only_first)) /
         static_cast<double>(counts.n());
}

Interval newcombe_paired_interval(const PairedCounts& counts, double confidence) {
  const std::uint64_t n = counts.n();
  const double difference = paired_difference(counts);
  const double first = ratio(counts.right_in_first(), n);
  const double second = ratio(counts.right_in_second(), n);
  const Interval of_first = wilson_interval(counts.right_in_first(), n, confidence);
  const Interval of_second = wilson_interval(counts.right_in_second(), n, confidence);
  const double phi = correlation(counts);
  const double below = third_side(second - of_second.low, of_first.high - first, phi);
  const double above = third_side(of_second.high - second, first - of_first.low, phi);
  return {.low = std::max(-1.0, difference - below), .high = std::min(1.0, difference + above)};
}

McNemar mcnemar(const PairedCounts& counts) {
  const std::uint64_t discordant = counts.discordant();
  if (discordant == 0) return {};
  const boost::math::binomial_distribution<double> fair(static_cast<double>(discordant), 0.5);
  const auto fewer = static_cast<double>(std::min(counts.only_first, counts.only_second));
  const double tail = boost::math::cdf(fair, fewer);
  const double twice_less_once = 2 * tail - boost::math::pdf(fair, fewer);
  return {.exact = std::min(1.0, 2 * tail),
          .mid_p = counts.only_first == counts.only_second ? 1.0 : std::min(1.0, twice_less_once),
          .second_is_worse = boost::math::cdf(fair, static_cast<double>(counts.only_second))};
}

}  // namespace vitrobust::reports
