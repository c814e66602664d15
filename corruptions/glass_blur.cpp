#include <array>
#include <cstddef>
#include <cstdint>
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

/// Displacements in one index, dx in the lower half.
constexpr std::size_t kMaxDigits = 16;

/// Copies to every pixel, but those near the border, the one at its random displacement. The reference means
/// to swap the two, but the second half of its assignment reads through a view what the first has just
/// written. It goes from the lower right corner backwards and in place, so that later pixels may copy what
/// was copied before.
void shuffle(std::vector<std::uint32_t>& pixels, int height, int width, int reach,
             const std::vector<std::uint8_t>& displacements) {
  std::array<std::ptrdiff_t, kMaxDigits * kMaxDigits> offsets{};
  for (int dy = 0; dy < 2 * reach; ++dy) {
    for (int dx = 0; dx < 2 * reach; ++dx)
      offsets[static_cast<std::size_t>(dy) * kMaxDigits + static_cast<std::size_t>(dx)] =
          static_cast<std::ptrdiff_t>(dy - reach) * width + (dx - reach);
  }
  const std::uint8_t* next = displacements.data();
  for (int y = height - reach; y > reach; --y) {
    std::uint32_t* const row = pixels.data() + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = width - reach; x > reach; --x, next += 2)
      row[x] = (row + x)[offsets[next[0] + next[1] * kMaxDigits]];
  }
}

}  // namespace

data::Image glass_blur(const data::Image& image, const CorruptionContext& context) {
  const Glass& glass = parameters_for(kGlass, context);
  data::Image blurred = gaussian_blurred(image, glass.sigma);
  const int rows = image.height - 2 * glass.reach;
  const int columns = image.width - 2 * glass.reach;
  if (rows > 0 && columns > 0) {
    // Pixels of four bytes can be copied at once.
    std::vector<std::uint32_t> pixels(blurred.pixels.size() / 3);
    const std::uint8_t* in = blurred.pixels.data();
    for (std::size_t i = 0; i < pixels.size(); ++i, in += 3)
      pixels[i] = in[0] | static_cast<std::uint32_t>(in[1]) << 8 | static_cast<std::uint32_t>(in[2]) << 16;
    // dx, then dy of each pixel.
    std::vector<std::uint8_t> displacements(2 * static_cast<std::size_t>(rows) *
                                            static_cast<std::size_t>(columns));
    for (int pass = 0; pass < glass.passes; ++pass) {
      fill_integers(context.random, static_cast<std::uint32_t>(2 * glass.reach), displacements);
      shuffle(pixels, image.height, image.width, glass.reach, displacements);
    }
    std::uint8_t* out = blurred.pixels.data();
    for (const std::uint32_t pixel : pixels) {
      *out++ = static_cast<std::uint8_t>(pixel);
      *out++ = static_cast<std::uint8_t>(pixel >> 8);
      *out++ = static_cast<std::uint8_t>(pixel >> 16);
    }
  }
  return gaussian_blurred(blurred, glass.sigma);
}

}  // namespace vitrobust::corruptions
