#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/vectorize.h"
#include "corruptions/frost_textures.h"
#include "corruptions/functions.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Weights {
  double image;
  double frost;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `frost`.
constexpr SeverityTable<Weights> kWeights{
    .imagenet = {{{1, .4}, {.8, .6}, {.7, .7}, {.65, .7}, {.6, .75}}},
    .cifar = {{{1, .2}, {1, .3}, {.9, .4}, {.85, .4}, {.75, .45}}},
    .tiny = {{{1, .3}, {.9, .4}, {.8, .45}, {.75, .5}, {.7, .55}}},
    .inception299 = {{{1, .4}, {.8, .6}, {.7, .7}, {.65, .7}, {.6, .75}}}};

FrostTextures::Size usual_size(const CorruptionContext& context) {
  if (context.flavour == Flavour::imagecorruptions) return FrostTextures::Size::eleven_tenths;
  if (context.set == ParameterSet::cifar) return FrostTextures::Size::fifth;
  if (context.set == ParameterSet::tiny) return FrostTextures::Size::three_tenths;
  return FrostTextures::Size::native;
}

/// The native texture enlarged for an image that its usual size does not cover. imagecorruptions adds a tenth
/// to what is needed; hendrycks fails on such images and gets just what is needed.
data::Image enlarge(const data::Image& native, const data::Image& image, Flavour flavour) {
  const double needed = std::max(static_cast<double>(image.height) / native.height,
                                 static_cast<double>(image.width) / native.width);
  const double factor = flavour == Flavour::imagecorruptions ? needed * 1.1 : needed;
  const auto side = [factor](int of_native, int of_image) {
    return std::max(of_image, static_cast<int>(std::ceil(of_native * factor)));
  };
  return resize_texture(native, side(native.height, image.height), side(native.width, image.width),
                        flavour == Flavour::imagecorruptions);
}

VITROBUST_VECTORIZE
void blend(const std::uint8_t* pixels, const std::uint8_t* frost, std::size_t count, const Weights& weights,
           std::uint8_t* __restrict out) {
  const double of_image = weights.image;
  const double of_frost = weights.frost;
  for (std::size_t i = 0; i < count; ++i) {
    const double sum = of_image * pixels[i] + of_frost * frost[i];
    out[i] = static_cast<std::uint8_t>(static_cast<int>(sum < 255 ? sum : 255));
  }
}

}  // namespace

data::Image frost(const data::Image& image, const CorruptionContext& context) {
  const Weights& weights = parameters_for(kWeights, context);
  const FrostTextures& textures =
      context.frost != nullptr ? *context.frost : FrostTextures::procedural_ones();
  const std::size_t index = context.random.integer(FrostTextures::kCount);
  const data::Image& native = textures.at_size(index, FrostTextures::Size::native);
  const FrostTextures::Size size = usual_size(context);
  const auto covers = [&image](const data::Image& texture) {
    return texture.height >= image.height && texture.width >= image.width;
  };
  data::Image enlarged;
  const data::Image* texture = &enlarged;
  if (context.flavour == Flavour::imagecorruptions ? covers(native) : covers(textures.at_size(index, size)))
    texture = &textures.at_size(index, size);
  else
    enlarged = enlarge(native, image, context.flavour);

  // The reference never takes the last row or column as the first of its crop, unless there is no other.
  const auto place = [&context](int free) {
    return static_cast<std::size_t>(context.random.integer(static_cast<std::uint32_t>(std::max(free, 1))));
  };
  const std::size_t top = place(texture->height - image.height);
  const std::size_t left = place(texture->width - image.width);
  data::Image result(image.height, image.width);
  const std::size_t line = static_cast<std::size_t>(image.width) * 3;
  const std::size_t texture_line = static_cast<std::size_t>(texture->width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
    blend(image.pixels.data() + y * line, texture->pixels.data() + (top + y) * texture_line + left * 3, line,
          weights, result.pixels.data() + y * line);
  return result;
}

}  // namespace vitrobust::corruptions
