#include "tests/corruptions/test_images.h"

#include <algorithm>
#include <array>

#include "core/sha256.h"

namespace vitrobust::corruptions {
namespace {

using Colour = std::array<int, 3>;

template <typename ColourAt>
data::Image draw(int height, int width, ColourAt colour_at) {
  data::Image image(height, width);
  std::size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : colour_at(y, x)) image.pixels[i++] = static_cast<std::uint8_t>(value);
    }
  }
  return image;
}

}  // namespace

data::Image draw_texture(int height, int width) {
  return draw(height, width, [](int y, int x) {
    const int base = 7 * y * y + 13 * x + x * y;
    return Colour{base % 256, (base + 53) % 256, (base + 106) % 256};
  });
}

data::Image draw_scene(int height, int width) {
  const int radius = std::min(height, width) / 5;
  return draw(height, width, [=](int y, int x) {
    const int dy = y - height / 3;
    const int dx = x - width / 3;
    if (y >= 7 * height / 8) {
      const int stripe = (x + y) / 4 % 2 == 0 ? 128 : 255;
      return Colour{stripe, stripe, stripe};
    }
    if (y < height / 8 && x >= 7 * width / 8) return Colour{0, 0, 0};
    if (y >= height / 2 && y < 3 * height / 4 && x >= width / 2 && x < 5 * width / 6)
      return Colour{20, 110, 60};
    if (dy * dy + dx * dx < radius * radius) return Colour{250, 210, 40};
    return Colour{40 + 180 * y / height, 90 + 120 * x / width, 200 - 150 * y / height};
  });
}

data::Image draw_flat(int height, int width, std::uint8_t value) {
  data::Image image(height, width);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

std::string pixel_hash(const data::Image& image) {
  return Sha256().update(image.pixels).hex();
}

}  // namespace vitrobust::corruptions
