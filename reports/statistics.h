#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitrobust::reports {

/// A confidence interval of a proportion, both ends in [0, 1].
struct Interval {
  double low = 0;
  double high = 1;
};

/// Wilson's score interval of `correct` out of `n` (E. B. Wilson, "Probable inference, the law of succession,
/// and statistical inference", JASA 22, 1927). It keeps its coverage for few samples and near 0 and 1, where
/// the textbook interval collapses to a point.
/// @param confidence in (0, 1)
/// @throws InternalError when n is 0, correct exceeds n or the confidence is out of range
Interval wilson_interval(std::uint64_t correct, std::uint64_t n, double confidence = 0.95);

/// The same for the mean of n independent scores in [0, 1]. Such scores vary at most as much as
/// right-or-wrong scores of the same mean do (Bhatia and Davis 2000), so the interval is, if anything, too
/// wide.
/// @throws InternalError when n is 0 or the mean or the confidence is out of range
Interval wilson_interval_of_mean(double mean, std::uint64_t n, double confidence = 0.95);

inline constexpr std::uint32_t kBootstrapResamples = 2000;

/// 95 % interval of the mean of one score in [0, 1] per image, by the percentile bootstrap over images (Efron
/// and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13). An image's score may sum up any
/// number of conditions: whole images are drawn, so outcomes of one image need not be independent.
/// Deterministic: resample r draws from Philox keyed by (0, "report/bootstrap", 0, r), so equal scores get
/// equal intervals, and complementary scores complementary ones. Where all scores are equal resampling sees
/// no variation at all, and wilson_interval_of_mean() answers instead.
/// @throws InternalError when there is no score
Interval bootstrap_interval(std::span<const double> scores, std::uint32_t resamples = kBootstrapResamples);

/// The same for several scores of the same images at once: the resamples are drawn once.
/// @param score_sets each of the same length
std::vector<Interval> bootstrap_intervals(std::span<const std::vector<double>> score_sets,
                                          std::uint32_t resamples = kBootstrapResamples);

/// A sum whose rounding error does not grow with the number of terms (Neumaier, "Rundungsfehleranalyse
/// einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974). Not finite once a term is not.
class CompensatedSum {
 public:
  void add(double term);
  [[nodiscard]] double value() const { return sum_ + correction_; }

 private:
  double sum_ = 0;
  double correction_ = 0;
};

}  // namespace vitrobust::reports
