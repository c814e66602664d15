#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "corruptions/corruption.h"

/// What the corruptions of ImageNet-C-bar and CIFAR-10-C-bar share (Mintun, Kirillov and Xie, NeurIPS 2021,
/// arXiv 2102.11273). The reference is facebookresearch/augmentation-corruption @ba4d5a5,
/// imagenet_c_bar/corrupt.py, for square images whose side scales the parameters; elsewhere, unless a
/// function says otherwise, the shorter side does.
namespace vitrobust::corruptions {

/// The levels of severities 1 to 5 in the sets that the reference has them for: imagenet_c_bar.csv,
/// cifar10_c_bar.csv.
struct CbarLevels {
  std::optional<std::array<double, 5>> imagenet;
  std::optional<std::array<double, 5>> cifar;
};

/// @throws InternalError unless the severity is 1 to 5 and there are levels for the set
double level_for(const CbarLevels& levels, const CorruptionContext& context);

/// `highest` is what a parameter has at level 10.
inline double parameter_at(double level, double highest) {
  return level * highest / 10;
}

inline double shorter_side(const data::Image& image) {
  return image.height < image.width ? image.height : image.width;
}

/// Python's a % b for b > 0.
double floor_mod(double a, double b);

/// Clipped to [0, 255], then truncated; 0 for what is not a number.
inline std::uint8_t to_level(double value) {
  if (!(value > 0)) return 0;
  return static_cast<std::uint8_t>(value < 255 ? value : 255);
}

/// The image with `change(value, noise(y, x))` for every value, one noise for the three channels of a pixel.
template <typename Noise, typename Change>
data::Image change_pixels(const data::Image& image, Noise noise, Change change) {
  data::Image result(image.height, image.width);
  std::size_t i = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x, i += 3) {
      const auto at = noise(y, x);
      for (std::size_t c = i; c < i + 3; ++c) result.pixels[c] = change(image.pixels[c], at);
    }
  }
  return result;
}

/// An image of the size of `image` with the three values of `colour(y, x)` at every pixel.
template <typename Colour>
data::Image change_image(const data::Image& image, Colour colour) {
  data::Image result(image.height, image.width);
  std::size_t i = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      for (const double value : colour(y, x)) result.pixels[i++] = to_level(value);
  return result;
}

}  // namespace vitrobust::corruptions
