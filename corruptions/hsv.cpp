#include "corruptions/hsv.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/vectorize.h"
#include "corruptions/pixels.h"

namespace vitrobust::corruptions {
namespace {

/// Pixels that are worked on at a time, channel by channel, all in the first-level cache.
constexpr std::size_t kBlock = 256;

struct Planes {
  std::array<double, kBlock> r, g, b;
};

/// One loop without branches, every case computed and one selected, so that the compiler vectorises it.
VITROBUST_VECTORIZE void change_block(Planes& planes, std::size_t n, const HsvChange& change) {
  const double gain = change.saturation_gain;
  const double saturation_offset = change.saturation_offset;
  const double value_offset = change.value_offset;
  double* const red = planes.r.data();
  double* const green = planes.g.data();
  double* const blue = planes.b.data();
  for (std::size_t i = 0; i < n; ++i) {
    const double r = red[i];
    const double g = green[i];
    const double b = blue[i];
    const double largest = std::max(r, std::max(g, b));
    const double delta = largest - std::min(r, std::min(g, b));
    // On a tie the later channel decides.
    const bool is_blue = b == largest;
    const bool is_green = g == largest;
    const double difference = is_blue ? r - g : is_green ? b - r : g - b;
    const double base = is_blue ? 4.0 : is_green ? 2.0 : 0.0;
    // A grey pixel has hue and saturation 0; its division by 1 keeps the others' path.
    const double divisor = delta == 0 ? 1.0 : delta;
    const double turn = (delta == 0 ? 0.0 : base + difference / divisor) / 6;
    const double h = turn < 0 ? turn + 1 : turn;  // turn is in (-1/6, 5/6]
    const double s0 = delta / (delta == 0 ? 1.0 : largest);
    const double s = std::min(std::max(s0 * gain + saturation_offset, 0.0), 1.0);
    const double v = std::min(std::max(largest + value_offset, 0.0), 1.0);

    // h is below 1 - 1/1600, so the sector is 0 to 5.
    const auto sector = static_cast<double>(static_cast<std::int32_t>(h * 6));
    const double f = h * 6 - sector;
    const double p = v * (1 - s);
    const double q = v * (1 - f * s);
    const double t = v * (1 - (1 - f) * s);
    red[i] = sector == 0 || sector == 5 ? v : sector == 1 ? q : sector == 4 ? t : p;
    green[i] = sector == 1 || sector == 2 ? v : sector == 0 ? t : sector == 3 ? q : p;
    blue[i] = sector == 3 || sector == 4 ? v : sector == 2 ? t : sector == 5 ? q : p;
  }
}

VITROBUST_VECTORIZE void split(const std::uint8_t* pixels, std::size_t n, Planes& planes) {
  for (std::size_t i = 0; i < n; ++i) {
    planes.r[i] = pixels[3 * i] / 255.0;
    planes.g[i] = pixels[3 * i + 1] / 255.0;
    planes.b[i] = pixels[3 * i + 2] / 255.0;
  }
}

VITROBUST_VECTORIZE void join(const Planes& planes, std::size_t n, std::uint8_t* pixels) {
  for (std::size_t i = 0; i < n; ++i) {
    pixels[3 * i] = to_byte(planes.r[i]);
    pixels[3 * i + 1] = to_byte(planes.g[i]);
    pixels[3 * i + 2] = to_byte(planes.b[i]);
  }
}

}  // namespace

data::Image change_hsv(const data::Image& image, const HsvChange& change) {
  data::Image result(image.height, image.width);
  Planes planes;
  const std::size_t pixels = image.pixels.size() / 3;
  for (std::size_t start = 0; start < pixels; start += kBlock) {
    const std::size_t n = std::min(kBlock, pixels - start);
    split(image.pixels.data() + 3 * start, n, planes);
    change_block(planes, n, change);
    join(planes, n, result.pixels.data() + 3 * start);
  }
  return result;
}

}  // namespace vitrobust::corruptions
