#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Probability that a value is replaced. hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py,
/// make_tinyimagenet_c.py, make_imagenet_c_inception.py, `impulse_noise`.
constexpr SeverityTable<double> kProbability{.imagenet = {.03, .06, .09, .17, .27},
                                             .cifar = {.01, .02, .03, .05, .07},
                                             .tiny = {.01, .02, .05, .08, .14},
                                             .inception299 = {.04, .07, .10, .18, .28}};

constexpr std::size_t kBlock = 1024;

/// A uniform of the word's upper 53 bits decides whether, its lowest bit decides by what.
VITROBUST_VECTORIZE void strike(const std::uint64_t* words, std::uint64_t struck, const std::uint8_t* in,
                                std::uint8_t* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const auto impulse = static_cast<std::uint8_t>(-static_cast<std::int64_t>(words[i] & 1));
    out[i] = (words[i] >> 11) < struck ? impulse : in[i];
  }
}

}  // namespace

data::Image impulse_noise(const data::Image& image, const CorruptionContext& context) {
  const double probability = parameters_for(kProbability, context);
  data::Image result(image.height, image.width);
  const std::size_t n = image.pixels.size();
  std::array<std::uint64_t, kBlock> words;
  if (context.random.fill_words(std::span(words).first(std::min(n, kBlock)))) {
    // u·2^-53 < p for the integers u below ceil(p·2^53).
    const auto struck = static_cast<std::uint64_t>(std::ceil(probability * 0x1p53));
    for (std::size_t start = 0; start < n; start += kBlock) {
      const std::size_t count = std::min(kBlock, n - start);
      if (start > 0) context.random.fill_words(std::span(words).first(count));
      strike(words.data(), struck, image.pixels.data() + start, result.pixels.data() + start, count);
    }
    return result;
  }
  // numpy's draws: first for all values whether, then for all values by what.
  std::vector<double> whether(n);
  std::vector<double> which(n);
  context.random.fill_uniform(whether);
  context.random.fill_uniform(which);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t impulse = which[i] < 0.5 ? 255 : 0;
    result.pixels[i] = whether[i] < probability ? impulse : image.pixels[i];
  }
  return result;
}

}  // namespace vitrobust::corruptions
