#include <algorithm>
#include <cstdint>

#include "corruptions/motion.h"
#include "corruptions/perturbation_frames.h"
#include "corruptions/perturbation_functions.h"
#include "corruptions/pil_affine.h"

namespace vitrobust::corruptions::perturbations {
namespace {

struct Turning {
  int radius;
  double sigma;
  int frames;
  /// Degrees per frame; the last frame is at 0.
  int step;
};

constexpr PerturbationParameters<Turning> kTurning{
    .imagenet = {.radius = 10, .sigma = 3, .frames = 31, .step = 4},
    .cifar = {.radius = 6, .sigma = 1.8, .frames = 21, .step = 9}};

/// value/255 as torchvision's ToTensor makes it.
float to_unit(std::uint8_t value) {
  return static_cast<float>(value) / 255.0F;
}

}  // namespace

// By ImageMagick in the reference, whose taps and rounding blur_along() has.
std::vector<data::Image> motion_blur(const data::Image& image, const PerturbationContext& context) {
  check_perturbation(context);
  const Turning& turning = kTurning.of(context);
  const data::Image cropped = centre_crop(image, context.crop);
  std::vector<data::Image> frames;
  for (int i = 0; i < turning.frames; ++i)
    frames.push_back(blur_along(cropped, Flavour::hendrycks, turning.radius, turning.sigma,
                                (i - (turning.frames - 1)) * turning.step));
  return frames;
}

// Float32 and truncation as in torchvision 0.2's ToTensor and ToPILImage.
std::vector<data::Image> zoom_blur(const data::Image& image, const PerturbationContext& context) {
  constexpr int kEnlarged = 30;
  constexpr double kStep = 0.004;
  check_perturbation(context);
  std::vector<data::Image> frames;
  frames.push_back(centre_crop(image, context.crop));
  std::vector<float> sums(frames.front().pixels.size());
  std::transform(frames.front().pixels.begin(), frames.front().pixels.end(), sums.begin(), to_unit);
  for (int i = 1; i <= kEnlarged; ++i) {
    const data::Image enlarged = centre_crop(transform_affine(image, {.scale = 1 + kStep * i}), context.crop);
    data::Image frame(enlarged.height, enlarged.width);
    const auto layers = static_cast<float>(i + 1);
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k] += to_unit(enlarged.pixels[k]);
      // Sums of ones are exact: the mean is never above 1.
      frame.pixels[k] = static_cast<std::uint8_t>(sums[k] / layers * 255.0F);
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace vitrobust::corruptions::perturbations
