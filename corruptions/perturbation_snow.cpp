#include <algorithm>
#include <cstdint>

#include "corruptions/motion.h"
#include "corruptions/perturbation_frames.h"
#include "corruptions/perturbation_functions.h"
#include "corruptions/pixels.h"
#include "corruptions/zoom.h"

namespace vitrobust::corruptions::perturbations {
namespace {

struct Falling {
  double zoom;
  int radius;
  double sigma;
};

constexpr PerturbationParameters<Falling> kFalling{.imagenet = {.zoom = 3, .radius = 14, .sigma = 4},
                                                   .cifar = {.zoom = 2, .radius = 10, .sigma = 2}};
constexpr double kMean = 0.05;
constexpr double kDeviation = 0.3;
constexpr double kThreshold = 0.5;
/// Weight of the image as it is; the rest is whitened.
constexpr double kKept = 0.85;
constexpr int kFrames = 31;

/// The enlarged flakes in 8 bits, not yet blurred. hendrycks' code takes squares only; its natural extension
/// treats both axes alike.
std::vector<std::uint8_t> draw_flakes(int height, int width, double zoom, RandomSource& random) {
  const auto line = static_cast<std::size_t>(width);
  std::vector<double> normals(static_cast<std::size_t>(height) * line + 1);
  random.fill_normal(std::span(normals).first(normals.size() - 1));
  for (double& value : normals) value = kMean + kDeviation * value;
  ZoomAxis rows = zoom_axis(height, zoom);
  ZoomAxis columns = zoom_axis(width, zoom);
  rows.keep((rows.size() - static_cast<std::size_t>(height)) / 2, static_cast<std::size_t>(height));
  columns.keep((columns.size() - line) / 2, line);
  ZoomedRows zoomed(normals, width, 1, columns);
  std::vector<std::uint8_t> flakes;
  flakes.reserve(normals.size());
  for (std::size_t y = 0; y < rows.size(); ++y) {
    const double* const before = zoomed.row(rows.before[y]);
    const double* const after = zoomed.row(rows.after[y]);
    for (std::size_t x = 0; x < line; ++x) {
      const double value = before[x] * rows.weights[y][0] + after[x] * rows.weights[y][1];
      flakes.push_back(to_byte(value < kThreshold ? 0.0 : value));
    }
  }
  return flakes;
}

std::vector<std::uint8_t> blur(const std::vector<std::uint8_t>& flakes, int height, int width,
                               const std::vector<MotionTap>& taps) {
  std::vector<std::uint8_t> blurred(flakes.size());
  const auto line = static_cast<std::size_t>(width);
  motion_filter(
      height, width, 1, taps,
      [&](std::size_t y, double* row) {
        for (std::size_t x = 0; x < line; ++x) row[x] = kImageMagickScale * flakes[y * line + x];
      },
      [&](std::size_t y, const double* row) { to_imagemagick_bytes(row, line, blurred.data() + y * line); });
  return blurred;
}

/// The image, whitened, in [0, 1]; in float64, where the corruption of that name has float32.
std::vector<double> whiten(const data::Image& image) {
  std::vector<double> whitened(image.pixels.size());
  for (std::size_t i = 0; i < whitened.size(); i += 3) {
    const auto unit = [&](std::size_t c) { return kUnit[image.pixels[i + c]]; };
    const float grey =
        opencv_grey(static_cast<float>(unit(0)), static_cast<float>(unit(1)), static_cast<float>(unit(2)));
    const double white = grey * 1.5F + 0.5F;
    for (std::size_t c = 0; c < 3; ++c)
      whitened[i + c] = kKept * unit(c) + (1 - kKept) * std::max(unit(c), white);
  }
  return whitened;
}

}  // namespace

std::vector<data::Image> snow(const data::Image& image, const PerturbationContext& context) {
  check_perturbation(context);
  const Falling& falling = kFalling.of(context);
  const data::Image cropped = centre_crop(image, context.crop);
  const std::vector<double> whitened = whiten(cropped);
  const auto flakes = draw_flakes(cropped.height, cropped.width, falling.zoom, context.random);
  std::vector<data::Image> frames;
  for (int i = 0; i < kFrames; ++i) {
    const auto blurred = blur(flakes, cropped.height, cropped.width,
                              motion_taps(Flavour::hendrycks, falling.radius, falling.sigma, i * 4 - 150,
                                          cropped.height, cropped.width));
    data::Image frame(cropped.height, cropped.width);
    for (std::size_t k = 0; k < blurred.size(); ++k) {
      const double flake = kUnit[blurred[k]];
      const double turned = kUnit[blurred[blurred.size() - 1 - k]];
      for (std::size_t c = 0; c < 3; ++c)
        frame.pixels[3 * k + c] = to_byte(whitened[3 * k + c] + flake + turned);
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace vitrobust::corruptions::perturbations
