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

double to_unit(double x) {
  const double not_below = x > 0.0 ? x : 0.0;
  return not_below < 1.0 ? not_below : 1.0;
}

/// One loop without branches, so that the compiler vectorises it.
VITROBUST_VECTORIZE void change_block(Planes& planes, std::size_t n, const HsvChange& change) {
  const double gain = change.saturation_gain;
  const double saturation_offset = change.saturation_offset;
  const double value_offset = change.value_offset;
  for (std::size_t i = 0; i < n; ++i) {
    const double r = planes.r[i];
    const double g = planes.g[i];
    const double b = planes.b[i];
    const double larger = r > g ? r : g;
    const double largest = larger > b ? larger : b;
    const double smaller = r < g ? r : g;
    const double delta = largest - (smaller < b ? smaller : b);
    // On a tie the later channel decides.
    const double difference = b == largest ? r - g : g == largest ? b - r : g - b;
    const double base = b == largest ? 4.0 : g == largest ? 2.0 : 0.0;
    // A grey pixel has hue and saturation 0; dividing by 1 keeps it on the others' path.
    const double turn = (base + difference / (delta == 0 ? 1.0 : delta)) / 6;  // in (-1/6, 5/6]
    const double turn_from_0 = turn < 0 ? turn + 1 : turn;
    const double h6 = (delta == 0 ? 0.0 : turn_from_0) * 6;  // the sector and the fraction within it
    const double saturation = delta / (delta == 0 ? 1.0 : largest);
    const double s = to_unit(saturation * gain + saturation_offset);
    const double v = to_unit(largest + value_offset);

    // With the fraction f of the sector, each channel is v(1 - ks) with a k of 0, 1, f or 1 - f: in the six
    // sectors 0 f 1 1 1-f 0 for red, 1-f 0 0 f 1 1 for green, 1 1 1-f 0 0 f for blue. These give the same k
    // without naming the sector, exactly, for the subtractions have no rounding, but for 1 - h6, which is
    // 1 - f.
    const double rising_r = to_unit(h6 - 1);
    const double falling_r = to_unit(5 - h6);
    const double k_r = rising_r < falling_r ? rising_r : falling_r;
    const double k_g = to_unit(1 - h6) + to_unit(h6 - 3);
    const double k_b = to_unit(3 - h6) + to_unit(h6 - 5);
    planes.r[i] = v * (1 - k_r * s);
    planes.g[i] = v * (1 - k_g * s);
    planes.b[i] = v * (1 - k_b * s);
  }
}

VITROBUST_VECTORIZE void split(const std::uint8_t* pixels, std::size_t n, Planes& planes) {
  for (std::size_t i = 0; i < n; ++i) {
    planes.r[i] = unit_of(pixels[3 * i]);
    planes.g[i] = unit_of(pixels[3 * i + 1]);
    planes.b[i] = unit_of(pixels[3 * i + 2]);
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
