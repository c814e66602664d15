#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/small_integers.h"
#include "corruptions/functions.h"
#include "corruptions/gaussian_filter.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Glass {
  double sigma;
  /// Displacements are uniform on {-reach, …, reach - 1}.
  int reach;
  int passes;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `glass_blur`.
constexpr SeverityTable<Glass> kGlass{
    .imagenet = {{{.7, 1, 2}, {.9, 2, 1}, {1, 2, 3}, {1.1, 3, 2}, {1.5, 4, 2}}},
    .cifar = {{{.05, 1, 1}, {.25, 1, 1}, {.4, 1, 1}, {.25, 1, 2}, {.4, 1, 2}}},
    .tiny = {{{.1, 1, 1}, {.5, 1, 1}, {.6, 1, 2}, {.7, 2, 1}, {.9, 2, 2}}},
    .inception299 = {{{.8, 1, 3}, {1, 3, 1}, {1.1, 2, 4}, {1.2, 4, 2}, {1.6, 5, 2}}}};

/// Displacements run from 0 to less than this; two bytes of them, dx in the lower, are an index.
static_assert(std::endian::native == std::endian::little);
constexpr std::size_t kMaxDisplacements = 16;

/// Pixels of four bytes, which can be copied at once; what the fourth is does not matter.
std::vector<std::uint32_t> to_words(const std::vector<std::uint8_t>& triples) {
  std::vector<std::uint32_t> words(triples.size() / 3);
  const std::uint8_t* in = triples.data();
  for (std::size_t i = 0; i + 1 < words.size(); ++i, in += 3) std::memcpy(&words[i], in, sizeof words[i]);
  std::memcpy(&words.back(), in, 3);
  return words;
}

/// Back again: the fourth byte is overwritten by the next pixel.
void to_triples(const std::vector<std::uint32_t>& words, std::vector<std::uint8_t>& triples) {
  std::uint8_t* out = triples.data();
  for (std::size_t i = 0; i + 1 < words.size(); ++i, out += 3) std::memcpy(out, &words[i], sizeof words[i]);
  std::memcpy(out, &words.back(), 3);
}

/// Copies to every pixel, but those near the border, the one at its random displacement. The reference means
/// to swap the two, but the second half of its assignment reads through a view what the first has just
/// written. It goes from the lower right corner backwards and in place, so that later pixels may copy what
/// was copied before.
void shuffle(std::vector<std::uint32_t>& pixels, int height, int width, int reach,
             const std::vector<std::uint8_t>& displacements) {
  std::array<std::int32_t, kMaxDisplacements << 8> offsets{};
  for (int dy = 0; dy < 2 * reach; ++dy) {
    for (int dx = 0; dx < 2 * reach; ++dx)
      offsets[static_cast<std::size_t>(dy << 8 | dx)] = (dy - reach) * width + (dx - reach);
  }
  const std::uint8_t* next = displacements.data();
  for (int y = height - reach; y > reach; --y) {
    std::uint32_t* const row = pixels.data() + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = width - reach; x > reach; --x, next += 2) {
      std::uint16_t index = 0;
      std::memcpy(&index, next, sizeof index);
      row[x] = row[x + offsets[index]];
    }
  }
}

}  // namespace

data::Image glass_blur(const data::Image& image, const CorruptionContext& context) {
  const Glass& glass = parameters_for(kGlass, context);
  data::Image blurred = gaussian_blurred(image, glass.sigma);
  const int rows = image.height - 2 * glass.reach;
  const int columns = image.width - 2 * glass.reach;
  if (rows > 0 && columns > 0) {
    std::vector<std::uint32_t> pixels = to_words(blurred.pixels);
    // dx, then dy of each pixel.
    std::vector<std::uint8_t> displacements(2 * static_cast<std::size_t>(rows) *
                                            static_cast<std::size_t>(columns));
    for (int pass = 0; pass < glass.passes; ++pass) {
      fill_integers(context.random, static_cast<std::uint32_t>(2 * glass.reach), displacements);
      shuffle(pixels, image.height, image.width, glass.reach, displacements);
    }
    to_triples(pixels, blurred.pixels);
  }
  return gaussian_blurred(blurred, glass.sigma);
}

}  // namespace vitrobust::corruptions
