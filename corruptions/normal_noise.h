#pragma once

#include <bit>
#include <cstdint>

#include "core/random.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// The standard deviation of the noise on a value x in [0, 1], constant + proportional·x; one of them is 0.
struct NoiseScale {
  double constant = 0;
  double proportional = 0;
};

/// What becomes of a value x in [0, 1] by a standard normal z: x + z·(standard deviation at x), with the
/// rounding of the reference. `sigma` is what the scale is made of.
using NoisyValue = double (*)(double x, double sigma, double z);

/// Replaces each value x of the image by noisy(x, sigma, z), with one normal z each, row-major. When the
/// source has words, most levels come from a coarse z, and the formula is computed only where that leaves a
/// doubt; the pixels are the same.
data::Image add_normal_noise(const data::Image& image, const NoiseScale& scale, NoisyValue noisy,
                             RandomSource& random);

/// The largest difference of coarse_normal() and normal_of(), with a margin: 9e-7 was found.
inline constexpr float kCoarseNormalError = 2e-6F;
/// The words of both tails, 0.17 % each, have no coarse normal: those whose upper half, or its complement, is
/// below this.
inline constexpr std::uint32_t kCoarseNormalTail = 1U << 23;

/// normal_of() of the words with these upper halves, roughly. M. Giles, "Approximating the erfinv function",
/// GPU Computing Gems, 2011: the central polynomial of his single-precision version.
inline float coarse_normal(std::uint32_t upper) {
  const auto is_positive = static_cast<std::uint32_t>(static_cast<std::int32_t>(upper) >> 31);
  const auto folded = static_cast<std::int32_t>(upper ^ is_positive);  // 0 to 2^31 - 1
  const float p = (static_cast<float>(folded) + 0.5F) * 0x1p-32F;      // in (0, 1/2]
  // w = -log(4p(1 - p)) by the same way as in normal_quantile.cpp.
  const auto bits = std::bit_cast<std::int32_t>(4 * p * (1 - p));
  const std::int32_t exponent = (bits - std::bit_cast<std::int32_t>(0x1.6a09e6p-1F)) >> 23;
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float s = (m - 1) / (m + 1);
  const float s2 = s * s;
  const float w = -static_cast<float>(exponent) * 0x1.62e430p-1F -
                  s * (2 + s2 * (2.0F / 3 + s2 * (2.0F / 5 + s2 * (2.0F / 7))));
  constexpr float kGiles[] = {2.81022636e-08F,  3.43273939e-07F, -3.5233877e-06F,
                              -4.39150654e-06F, 0.00021858087F,  -0.00125372503F,
                              -0.00417768164F,  0.246640727F,    1.50140941F};
  float ratio = kGiles[0];
  for (int i = 1; i < 9; ++i) ratio = ratio * (w - 2.5F) + kGiles[i];
  const float magnitude = (1 - 2 * p) * ratio * 0x1.6a09e6p+0F;
  return is_positive != 0 ? magnitude : -magnitude;
}

}  // namespace vitrobust::corruptions
