#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace vitrobust::corruptions {

/// value/255 of every 8-bit value: the reference works in float64 on [0, 1].
inline constexpr auto kUnit = [] {
  std::array<double, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<double>(i) / 255.0;
  return table;
}();

/// The same, bit for bit, for loops over many values: two products and a sum are several times as fast as a
/// division or a look-up. The upper part of 1/255 has so few bits that its product is exact, and the lower
/// one is so small that the sum is rounded as the quotient is; checked for all 256 below.
constexpr double unit_of(std::uint8_t value) {
  constexpr double kUpper = 0x1.01010101p-8;
  constexpr double kLower = 0x1.010101010101p-48;
  return static_cast<double>(value) * kUpper + static_cast<double>(value) * kLower;
}
static_assert([] {
  for (std::size_t i = 0; i < kUnit.size(); ++i)
    if (unit_of(static_cast<std::uint8_t>(i)) != kUnit[i]) return false;
  return true;
}());

/// Back to 8 bits: clipped to [0, 1], scaled, then truncated like `np.uint8(np.clip(x, 0, 1) * 255)`. The
/// reference does not round; rounding would move about half of all pixels by one level.
inline std::uint8_t to_byte(double unit) {
  return static_cast<std::uint8_t>(std::clamp(unit, 0.0, 1.0) * 255.0);
}

/// OpenCV's grey of a colour, whose two multiply-adds are fused on the processors of our day: products are
/// exact in double.
inline float opencv_grey(float r, float g, float b) {
  const float green = g * 0.587F;
  const auto green_red = static_cast<float>(double{r} * double{0.299F} + double{green});
  return static_cast<float>(double{b} * double{0.114F} + double{green_red});
}

}  // namespace vitrobust::corruptions
