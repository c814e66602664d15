#include "corruptions/normal_noise.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/pixels.h"

namespace vitrobust::corruptions {
namespace {

constexpr std::size_t kBlock = 1024;

/// The noise scale in grey levels and the doubt about a result: the coarse normal's error and the rounding of
/// floats below 1,024, of which a few steps are 2e-4.
struct CoarseScale {
  float constant;
  float proportional;
  float doubt;
};

float clip(float level) {
  return std::min(std::max(level, 0.0F), 255.0F);
}

/// Levels by the coarse normals, with the doubt subtracted and added: where the two are one, that is the
/// level.
VITROBUST_VECTORIZE void guess(const std::uint64_t* words, const std::uint8_t* in, CoarseScale scale,
                               std::uint8_t* lowest, std::uint8_t* highest, std::size_t n) {
  const float usual_doubt = scale.doubt;
  std::array<std::uint32_t, kBlock> uppers;
  std::array<float, kBlock> lows;
  std::array<float, kBlock> highs;
  for (std::size_t i = 0; i < n; ++i) uppers[i] = static_cast<std::uint32_t>(words[i] >> 32);
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<float>(in[i]);
    const float level = value + (scale.constant + scale.proportional * value) * coarse_normal(uppers[i]);
    // The upper half of a word of the tails is within kCoarseNormalTail of 0, around the corner: any level.
    const float doubt = uppers[i] + kCoarseNormalTail < 2 * kCoarseNormalTail ? 1000.0F : usual_doubt;
    lows[i] = clip(level - doubt);
    highs[i] = clip(level + doubt);
  }
  for (std::size_t i = 0; i < n; ++i)
    lowest[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(lows[i]));
  for (std::size_t i = 0; i < n; ++i)
    highest[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(highs[i]));
}

}  // namespace

data::Image add_normal_noise(const data::Image& image, const NoiseScale& scale, NoisyValue noisy,
                             RandomSource& random) {
  const auto exact = [&](std::uint8_t value, double z) {
    const double x = kUnit[value];
    return to_byte(noisy(x, scale.constant + scale.proportional, z));
  };
  data::Image result(image.height, image.width);
  std::array<std::uint64_t, kBlock> words;
  std::array<double, kBlock> normals;
  std::array<std::uint8_t, kBlock> lowest{};
  std::array<std::uint8_t, kBlock> highest{};
  const float largest = static_cast<float>(scale.constant + scale.proportional) * 255;
  const CoarseScale coarse{.constant = static_cast<float>(scale.constant) * 255,
                           .proportional = static_cast<float>(scale.proportional),
                           .doubt = 5e-4F + largest * kCoarseNormalError};
  for (std::size_t start = 0; start < image.pixels.size(); start += kBlock) {
    const std::size_t n = std::min(kBlock, image.pixels.size() - start);
    const std::uint8_t* in = image.pixels.data() + start;
    std::uint8_t* out = result.pixels.data() + start;
    if (!random.fill_words(std::span(words).first(n))) {
      random.fill_normal(std::span(normals).first(n));
      for (std::size_t i = 0; i < n; ++i) out[i] = exact(in[i], normals[i]);
      continue;
    }
    guess(words.data(), in, coarse, lowest.data(), highest.data(), n);
    std::copy_n(lowest.begin(), n, out);
    constexpr std::size_t kGroup = 8;  // most groups hold no doubt
    for (std::size_t i = 0; i < n; i += kGroup) {
      if (std::memcmp(lowest.data() + i, highest.data() + i, kGroup) == 0) continue;
      for (std::size_t j = i; j < std::min(i + kGroup, n); ++j)
        if (lowest[j] != highest[j]) out[j] = exact(in[j], normal_of(words[j]));
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
