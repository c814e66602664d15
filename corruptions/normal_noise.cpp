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

/// Levels by the coarse normals; `doubtful` becomes 1, else 0, where the level may be another.
VITROBUST_VECTORIZE void guess(const std::uint64_t* words, const std::uint8_t* in, const CoarseScale& scale,
                               std::uint8_t* out, std::uint8_t* doubtful, std::size_t n) {
  std::array<float, kBlock> levels;
  std::array<std::uint32_t, kBlock> uppers;
  for (std::size_t i = 0; i < n; ++i) uppers[i] = static_cast<std::uint32_t>(words[i] >> 32);
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = static_cast<float>(in[i]);
    levels[i] = value + (scale.constant + scale.proportional * value) * coarse_normal(uppers[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const auto low = static_cast<std::int32_t>(clip(levels[i] - scale.doubt));
    const auto high = static_cast<std::int32_t>(clip(levels[i] + scale.doubt));
    // In the tails the upper half is within kCoarseNormalTail of 0, around the corner.
    const bool tail = uppers[i] + kCoarseNormalTail < 2 * kCoarseNormalTail;
    out[i] = static_cast<std::uint8_t>(low);
    doubtful[i] = low != high || tail ? 1 : 0;
  }
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
  std::array<std::uint8_t, kBlock + 8> doubtful{};
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
    guess(words.data(), in, coarse, out, doubtful.data(), n);
    for (std::size_t i = 0; i < n; i += 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, doubtful.data() + i, 8);
      if (eight == 0) continue;
      for (std::size_t j = i; j < std::min(i + 8, n); ++j)
        if (doubtful[j] != 0) out[j] = exact(in[j], normal_of(words[j]));
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
