#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitrobust::data {

/// An 8-bit RGB image: row-major, channels interleaved (HWC), no padding between rows.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;

  Image() = default;
  /// A black image. Sizes must be positive.
  Image(int rows, int columns)
      : height(rows),
        width(columns),
        pixels(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * 3) {}

  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace vitrobust::data
