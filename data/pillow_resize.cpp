#include "data/pillow_resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/error.h"
#include "data/preprocess.h"
#include "data/resize_filter.h"

namespace vitrobust::data {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);

std::uint8_t clip(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

std::size_t row_bytes(int width) {
  return static_cast<std::size_t>(width) * 3;
}

const std::uint8_t* row_of(const Image& image, int y) {
  return image.pixels.data() + static_cast<std::size_t>(y) * row_bytes(image.width);
}

std::uint8_t* row_of(Image& image, int y) {
  return image.pixels.data() + static_cast<std::size_t>(y) * row_bytes(image.width);
}

/// Resamples each of rows top … top + rows - 1 of the image along x.
Image resample_rows(const Image& image, int top, int rows, const Taps& taps) {
  Image out(rows, taps.size());
  for (int y = 0; y < rows; ++y) {
    const std::uint8_t* in_row = row_of(image, top + y);
    std::uint8_t* out_pixel = row_of(out, y);
    for (int x = 0; x < out.width; ++x, out_pixel += 3) {
      const std::int32_t* weights = taps.weights_of(x);
      const std::uint8_t* in = in_row + row_bytes(taps.first[static_cast<std::size_t>(x)]);
      const int count = taps.count[static_cast<std::size_t>(x)];
      std::int32_t red = kHalf;
      std::int32_t green = kHalf;
      std::int32_t blue = kHalf;
      for (int i = 0; i < count; ++i, in += 3) {
        red += in[0] * weights[i];
        green += in[1] * weights[i];
        blue += in[2] * weights[i];
      }
      out_pixel[0] = clip(red);
      out_pixel[1] = clip(green);
      out_pixel[2] = clip(blue);
    }
  }
  return out;
}

/// Resamples along y; `image` begins at row `top` of what the taps refer to.
Image resample_columns(const Image& image, int top, const Taps& taps) {
  Image out(taps.size(), image.width);
  const std::size_t length = row_bytes(image.width);
  std::vector<std::int32_t> sums(length);
  for (int y = 0; y < out.height; ++y) {
    std::fill(sums.begin(), sums.end(), kHalf);
    const std::int32_t* weights = taps.weights_of(y);
    const int first = taps.first[static_cast<std::size_t>(y)] - top;
    for (int i = 0; i < taps.count[static_cast<std::size_t>(y)]; ++i) {
      const std::uint8_t* in = row_of(image, first + i);
      const std::int32_t weight = weights[i];
      for (std::size_t x = 0; x < length; ++x) sums[x] += in[x] * weight;
    }
    std::uint8_t* out_row = row_of(out, y);
    for (std::size_t x = 0; x < length; ++x) out_row[x] = clip(sums[x]);
  }
  return out;
}

Image take_nearest(const Image& image, int height, int width, const Window& window) {
  const std::vector<int> columns = nearest_pixels(image.width, width, window.left, window.width);
  const std::vector<int> rows = nearest_pixels(image.height, height, window.top, window.height);
  Image out(window.height, window.width);
  std::uint8_t* out_pixel = out.pixels.data();
  for (const int row : rows)
    for (const int column : columns)
      out_pixel = std::copy_n(row_of(image, row) + row_bytes(column), 3, out_pixel);
  return out;
}

Image cut(const Image& image, const Window& window) {
  if (window.height == image.height && window.width == image.width) return image;
  Image out(window.height, window.width);
  for (int y = 0; y < window.height; ++y)
    std::copy_n(row_of(image, window.top + y) + row_bytes(window.left), row_bytes(window.width),
                row_of(out, y));
  return out;
}

void check_window(const Image& image, int height, int width, const Window& window) {
  const bool sound = image.height > 0 && image.width > 0 && window.top >= 0 && window.left >= 0 &&
                     window.height > 0 && window.width > 0 && window.height <= height - window.top &&
                     window.width <= width - window.left;
  if (!sound)
    throw InternalError(fmt::format("cannot resize {}x{} to the window {}+{}, {}+{} of {}x{}", image.height,
                                    image.width, window.top, window.height, window.left, window.width, height,
                                    width));
}

}  // namespace

Image resize_window(const Image& image, int height, int width, Interpolation interpolation,
                    const Window& window) {
  check_window(image, height, width, window);
  if (height == image.height && width == image.width) return cut(image, window);
  if (interpolation == Interpolation::nearest) return take_nearest(image, height, width, window);
  // An axis whose length stays is left alone, as Pillow does: its filter would not be the identity for all
  // kinds.
  if (height == image.height) {
    const Taps taps = make_taps(interpolation, image.width, width, window.left, window.width);
    return resample_rows(image, window.top, window.height, taps);
  }
  const Taps rows = make_taps(interpolation, image.height, height, window.top, window.height);
  const int top = rows.first.front();
  const int bottom = rows.first.back() + rows.count.back();
  if (width == image.width)
    return resample_columns(cut(image, {top, window.left, bottom - top, window.width}), top, rows);
  const Taps columns = make_taps(interpolation, image.width, width, window.left, window.width);
  return resample_columns(resample_rows(image, top, bottom - top, columns), top, rows);
}

Image resize(const Image& image, int height, int width, Interpolation interpolation) {
  return resize_window(image, height, width, interpolation, {0, 0, height, width});
}

}  // namespace vitrobust::data
