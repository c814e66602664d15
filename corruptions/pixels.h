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
