#include "reports/power.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"

namespace vitrobust::reports {
namespace {

struct Quantiles {
  double alpha;
  double power;
};

Quantiles quantiles(const Certainty& certainty) {
  if (!(certainty.alpha > 0 && certainty.alpha < 1 && certainty.power > 0 && certainty.power < 1))
    throw InternalError("a certainty outside (0, 1)");
  return {.alpha = normal_quantile(1 - certainty.alpha / 2), .power = normal_quantile(certainty.power)};
}

/// Whole samples; a number that no dataset has when it is beyond counting.
std::uint64_t round_up(double samples) {
  constexpr double kMost = 1e15;
  return static_cast<std::uint64_t>(std::ceil(std::clamp(samples, 1.0, kMost)));
}

/// Samples for an estimate of that variance per sample to be told from a value `distance` away.
std::uint64_t samples_for(double variance, double distance, const Certainty& certainty) {
  const Quantiles z = quantiles(certainty);
  const double sum = std::max(0.0, z.alpha + z.power);
  return round_up(sum * sum * variance / (distance * distance));
}

}  // namespace

std::uint64_t paired_samples_for(double difference, double discordance, const Certainty& certainty) {
  const double distance = std::abs(difference);
  if (!(distance > 0 && distance <= discordance && discordance <= 1))
    throw InternalError("a difference that is 0 or exceeds the discordance");
  const Quantiles z = quantiles(certainty);
  const double sum =
      z.alpha * std::sqrt(discordance) + z.power * std::sqrt(discordance - distance * distance);
  return round_up(sum * sum / (distance * distance));
}

std::optional<double> paired_difference_for(std::uint64_t n, double discordance, const Certainty& certainty) {
  if (n == 0 || discordance <= 0) return std::nullopt;
  const Quantiles z = quantiles(certainty);
  // With difference = √discordance sin(angle), Connor's formula reads √n sin(angle) = z_alpha + z_power
  // cos(angle).
  const double root_n = std::sqrt(static_cast<double>(n));
  const double sine = z.alpha / std::hypot(root_n, z.power);
  if (sine >= 1) return std::nullopt;
  const double angle = std::asin(sine) + std::atan2(z.power, root_n);
  const double difference = std::sqrt(discordance) * std::sin(angle);
  if (difference > discordance) return std::nullopt;
  return difference;
}

std::optional<std::uint64_t> paired_samples_for_margin(double difference, double discordance, double margin,
                                                       const Certainty& certainty) {
  const double distance = difference + margin;
  if (distance <= 0) return std::nullopt;
  return samples_for(std::max(0.0, discordance - difference * difference), distance, certainty);
}

std::optional<std::uint64_t> unpaired_samples_for_margin(double first, double second, double margin,
                                                         const Certainty& certainty) {
  const double distance = second - first + margin;
  if (distance <= 0) return std::nullopt;
  return samples_for(first * (1 - first) + second * (1 - second), distance, certainty);
}

std::optional<std::uint64_t> samples_for_threshold(double accuracy, double threshold,
                                                   const Certainty& certainty) {
  const double distance = accuracy - threshold;
  if (distance == 0) return std::nullopt;
  return samples_for(accuracy * (1 - accuracy), distance, certainty);
}

}  // namespace vitrobust::reports
