#pragma once

#include <cstdint>
#include <optional>

#include "reports/unpaired.h"

namespace vitrobust::reports {

/// How sure a comparison is to be.
struct Certainty {
  double alpha = 0.05;  ///< two-sided chance of a finding where there is none
  double power = 0.8;   ///< chance of a finding where there is one
};

/// Samples of which two models' paired test finds a true difference, from the share of samples on which they
/// differ (R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design",
/// Biometrics 43, 1987, from Miettinen 1968); rounded up.
/// @param discordance share of samples on which exactly one of the two is right, in (0, 1]
/// @param difference in accuracy, its sign does not matter; 0 < |difference| <= discordance
/// @throws InternalError when they are out of range
std::uint64_t paired_samples_for(double difference, double discordance, const Certainty& certainty = {});

/// The smallest difference in accuracy that n samples show, the inverse of paired_samples_for(): about
/// 2.8 √(discordance / n) with the defaults. At most the discordance, which no difference exceeds: empty when
/// even that would not show, and when the discordance is 0.
std::optional<double> paired_difference_for(std::uint64_t n, double discordance,
                                            const Certainty& certainty = {});

/// Samples for which Newcombe's paired interval is to lie above -margin, with that power, when the true
/// difference is `difference`: normal approximation, rounded up. Empty when the difference is not above
/// -margin.
std::optional<std::uint64_t> paired_samples_for_margin(double difference, double discordance, double margin,
                                                       const Certainty& certainty = {});

/// The same for two models on samples of their own, as many each: of newcombe_unpaired_interval().
std::optional<std::uint64_t> unpaired_samples_for_margin(double first, double second, double margin,
                                                         const Certainty& certainty = {});

/// Samples for which Wilson's interval of an accuracy is to lie on one side of a threshold, with that power,
/// when the true accuracy is `accuracy`. Empty when they are equal.
std::optional<std::uint64_t> samples_for_threshold(double accuracy, double threshold,
                                                   const Certainty& certainty = {});

}  // namespace vitrobust::reports
