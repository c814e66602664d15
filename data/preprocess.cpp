#include "data/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/error.h"
#include "data/pillow_resize.h"

namespace vitrobust::data {
namespace {

struct Size {
  int height = 0;
  int width = 0;
};

/// Longest side that an image may be resized to; the crop leaves little of it, so nothing of it is allocated.
constexpr double kMaxResized = 1 << 30;

/// Longest side, in sides of the model's input, of an image that is kept whole.
constexpr int kMostSides = 32;

int to_side(double length) {
  if (!(length <= kMaxResized))
    throw InputError({}, "an image is too long and narrow to be resized to the model's input");
  return std::max(1, static_cast<int>(length));
}

/// What the crop is taken from, in timm's words the scale size.
Size scale_size(const PreprocessConfig& config) {
  if (config.resize) return {*config.resize, *config.resize};
  return {to_side(std::floor(config.height / config.crop_pct)),
          to_side(std::floor(config.width / config.crop_pct))};
}

/// torchvision's Resize to a shorter side: the longer one is truncated.
Size resize_shorter(const Image& image, int shorter) {
  const std::int64_t length = shorter;
  if (image.width <= image.height)
    return {to_side(static_cast<double>(length * image.height) / image.width), shorter};
  return {shorter, to_side(static_cast<double>(length * image.width) / image.height)};
}

/// timm's ResizeKeepRatio: both sides by one ratio, rounded half to even.
Size keep_ratio(const Image& image, const Size& target, bool fit_inside) {
  const double rows = static_cast<double>(image.height) / target.height;
  const double columns = static_cast<double>(image.width) / target.width;
  const double ratio = fit_inside ? std::max(rows, columns) : std::min(rows, columns);
  return {to_side(std::nearbyint(image.height / ratio)), to_side(std::nearbyint(image.width / ratio))};
}

Size resized(const Image& image, const PreprocessConfig& config) {
  const Size scale = scale_size(config);
  switch (config.crop_mode) {
    case CropMode::squash:
      return scale;
    case CropMode::border:
      return keep_ratio(image, scale, true);
    case CropMode::center:
      break;
  }
  return scale.height == scale.width ? resize_shorter(image, scale.height) : keep_ratio(image, scale, false);
}

/// How one axis of the crop lies over the resized image: from `begin` on, `length` pixels of it, `padding`
/// before.
struct Overlap {
  int begin = 0;
  int length = 0;
  int padding = 0;
};

/// torchvision's CenterCrop: an odd margin is halved to even when it is cut, and down when it is filled.
Overlap centre(int resized_length, int crop_length) {
  if (resized_length < crop_length) return {0, resized_length, (crop_length - resized_length) / 2};
  return {static_cast<int>(std::nearbyint((resized_length - crop_length) / 2.0)), crop_length, 0};
}

/// Black, or the mean colour for `border`.
std::array<std::uint8_t, 3> fill_colour(const PreprocessConfig& config) {
  std::array<std::uint8_t, 3> colour{};
  if (config.crop_mode == CropMode::border)
    for (std::size_t c = 0; c < 3; ++c)
      colour[c] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(255.0 * config.mean[c]), 0.0, 255.0));
  return colour;
}

Image pad(const Image& image, const PreprocessConfig& config, int top, int left) {
  Image out(config.height, config.width);
  const std::array<std::uint8_t, 3> colour = fill_colour(config);
  for (std::size_t i = 0; i < out.pixels.size(); ++i) out.pixels[i] = colour[i % 3];
  const std::ptrdiff_t in_row = std::ptrdiff_t{3} * image.width;
  const std::ptrdiff_t out_row = std::ptrdiff_t{3} * out.width;
  for (int y = 0; y < image.height; ++y)
    std::copy_n(image.pixels.begin() + y * in_row, in_row,
                out.pixels.begin() + (top + y) * out_row + 3 * left);
  return out;
}

}  // namespace

Image preprocess(const Image& image, const PreprocessConfig& config, bool image_file) {
  if (!image_file) return resize(image, config.height, config.width, config.interpolation);
  const Size size = resized(image, config);
  const Overlap rows = centre(size.height, config.height);
  const Overlap columns = centre(size.width, config.width);
  Image out = resize_window(image, size.height, size.width, config.interpolation,
                            {rows.begin, columns.begin, rows.length, columns.length});
  if (out.height == config.height && out.width == config.width) return out;
  return pad(out, config, rows.padding, columns.padding);
}

Image preprocess_uncropped(const Image& image, const PreprocessConfig& config, bool image_file) {
  if (!image_file) return preprocess(image, config, image_file);
  const Size size = resized(image, config);
  if (size.height < config.height || size.width < config.width) return preprocess(image, config, image_file);
  if (std::max(size.height, size.width) > kMostSides * std::max(config.height, config.width))
    throw InputError({}, "an image is too long and narrow for a sequence that needs all of it");
  return resize(image, size.height, size.width, config.interpolation);
}

}  // namespace vitrobust::data
