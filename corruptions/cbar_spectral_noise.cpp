#include <cmath>
#include <cstddef>
#include <numbers>
#include <opencv2/core.hpp>
#include <vector>

#include "corruptions/cbar.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CbarLevels kBlue{.imagenet = {{.8, 1.6, 2.4, 4, 5.6}}, .cifar = {{.7, 1.4, 2.1, 3.5, 4.2}}};
constexpr CbarLevels kBrownish{.imagenet = {{1, 2, 3, 4, 5}}, .cifar = {{2.5, 4, 5.5, 6.5, 7}}};

/// Random phases, the right half being the left one turned by 180°. An odd number of columns has one in the
/// middle, drawn after all others.
std::vector<double> draw_phases(std::size_t rows, std::size_t columns, RandomSource& random) {
  constexpr double kTurn = 2 * std::numbers::pi;
  std::vector<double> phases(rows * columns);
  for (std::size_t y = 0; y < rows; ++y)
    for (std::size_t x = 0; x < columns / 2; ++x)
      phases[y * columns + x] = phases[(rows - 1 - y) * columns + columns - 1 - x] = random.uniform(0, kTurn);
  if (columns % 2 == 0) return phases;
  for (std::size_t y = 0; y < rows / 2; ++y)
    phases[y * columns + columns / 2] = phases[(rows - 1 - y) * columns + columns / 2] =
        random.uniform(0, kTurn);
  return phases;
}

/// Noise of unit standard deviation whose amplitude is `amplitude(r)` at r periods per shorter side. The
/// reference's spectrum is symmetric only nearly; the real part of the inverse transform is taken.
template <typename Amplitude>
cv::Mat1d draw_noise(const data::Image& image, Amplitude amplitude, RandomSource& random) {
  const auto rows = static_cast<std::size_t>(image.height);
  const auto columns = static_cast<std::size_t>(image.width);
  const std::vector<double> phases = draw_phases(rows, columns, random);
  // Zero frequency is the middle of the phases and the corner of the transform.
  const auto frequency = [&image](std::size_t i, std::size_t n) {
    const auto side = static_cast<double>(n);
    return (static_cast<double>(i) - side / 2) * (shorter_side(image) / side);
  };
  cv::Mat2d spectrum(image.height, image.width);
  for (std::size_t y = 0; y < rows; ++y) {
    const double fy = frequency(y, rows);
    auto* const row = spectrum.ptr<cv::Vec2d>(static_cast<int>((y + rows / 2) % rows));
    for (std::size_t x = 0; x < columns; ++x) {
      const double fx = frequency(x, columns);
      const double size = amplitude(std::sqrt(fx * fx + fy * fy));
      const double phase = phases[y * columns + x];
      row[(x + columns / 2) % columns] = {size * std::cos(phase), size * std::sin(phase)};
    }
  }
  cv::dft(spectrum, spectrum, cv::DFT_INVERSE | cv::DFT_SCALE);
  cv::Mat1d noise;
  cv::extractChannel(spectrum, noise, 0);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(noise, mean, deviation);
  // One pixel has no deviation; the reference would divide by zero.
  if (deviation[0] > 0)
    noise /= deviation[0];
  else
    noise = 0;
  return noise;
}

}  // namespace

data::Image blue_noise_sample(const data::Image& image, const CorruptionContext& context) {
  const double threshold = parameter_at(level_for(kBlue, context), 3) - 2.5;
  const cv::Mat1d noise = draw_noise(
      image, [](double r) { return r; }, context.random.nested());
  return change_pixels(
      image, [&](int y, int x) { return noise(y, x) > threshold; },
      [](std::uint8_t pixel, bool kept) { return kept ? pixel : std::uint8_t{0}; });
}

data::Image brownish_noise(const data::Image& image, const CorruptionContext& context) {
  const double intensity = parameter_at(level_for(kBrownish, context), 64);
  RandomSource& random = context.random.nested();
  data::Image result(image.height, image.width);
  for (std::size_t c = 0; c < 3; ++c) {
    const cv::Mat1d noise = draw_noise(
        image, [](double r) { return 1 / (r * r + 1); }, random);
    std::size_t i = c;
    for (const double value : noise) {
      result.pixels[i] = to_level(image.pixels[i] + intensity * value);
      i += 3;
    }
  }
  return result;
}

}  // namespace vitrobust::corruptions
