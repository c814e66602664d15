#include "corruptions/snow.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/motion.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"
#include "corruptions/zoom.h"

namespace vitrobust::corruptions {
namespace {

struct Snow {
  /// Of the normals that become flakes.
  double mean, deviation;
  double zoom;
  /// What is below is no flake.
  double threshold;
  int radius;
  double sigma;
  /// Weight of the image as it is; the rest is whitened.
  double kept;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `snow`.
constexpr SeverityTable<Snow> kSnow{.imagenet = {{{.1, .3, 3, .5, 10, 4, .8},
                                                  {.2, .3, 2, .5, 12, 4, .7},
                                                  {.55, .3, 4, .9, 12, 8, .7},
                                                  {.55, .3, 4.5, .85, 12, 8, .65},
                                                  {.55, .3, 2.5, .85, 12, 12, .55}}},
                                    .cifar = {{{.1, .2, 1, .6, 8, 3, .95},
                                               {.1, .2, 1, .5, 10, 4, .9},
                                               {.15, .3, 1.75, .55, 10, 4, .9},
                                               {.25, .3, 2.25, .6, 12, 6, .85},
                                               {.3, .3, 1.25, .65, 14, 12, .8}}},
                                    .tiny = {{{.1, .2, 1, .6, 8, 3, .8},
                                              {.1, .2, 1, .5, 10, 4, .8},
                                              {.15, .3, 1.75, .55, 10, 4, .7},
                                              {.25, .3, 2.25, .6, 12, 6, .65},
                                              {.3, .3, 1.25, .65, 14, 12, .6}}},
                                    .inception299 = {{{.1, .3, 3, .5, 10, 4, .8},
                                                      {.2, .3, 2, .5, 12, 4, .7},
                                                      {.55, .3, 4, .9, 12, 8, .7},
                                                      {.55, .3, 4.5, .85, 12, 8, .65},
                                                      {.55, .3, 2.5, .85, 12, 12, .55}}}};

/// Draws `count` normals and forgets them.
void skip_normals(RandomSource& random, std::size_t count) {
  std::array<std::uint64_t, 256> words{};
  while (count > 0) {
    const std::size_t n = std::min(count, words.size());
    // Words suffice where a normal is made from one.
    if (!random.fill_words(std::span(words).first(n)))
      for (std::size_t i = 0; i < n; ++i) random.normal();
    count -= n;
  }
}

/// Two rows so weighted, without what is below the threshold, cut to [0, 1].
VITROBUST_VECTORIZE
void mix_flakes(const double* a, const double* b, double weight_a, double weight_b, double threshold,
                std::size_t size, double* out) {
  for (std::size_t i = 0; i < size; ++i) {
    const double value = a[i] * weight_a + b[i] * weight_b;
    const double flake = value < threshold ? 0.0 : value;
    out[i] = flake > 1.0 ? 1.0 : flake < 0.0 ? 0.0 : flake;
  }
}

/// hendrycks cuts the flakes to 8 bits before their blur.
VITROBUST_VECTORIZE
void to_imagemagick(double* units, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    units[i] = static_cast<double>(static_cast<int>(units[i] * 255.0)) * kImageMagickScale;
}

/// imagecorruptions rounds them, half to even, after it.
VITROBUST_VECTORIZE
void round_to_bytes(const double* units, std::size_t size, std::uint8_t* out) {
  constexpr double kHalfEven = 0x1.8p52;  // the sum has no fraction left
  for (std::size_t i = 0; i < size; ++i) {
    const double rounded = (units[i] * 255.0 + kHalfEven) - kHalfEven;
    out[i] = static_cast<std::uint8_t>(static_cast<int>(rounded));
  }
}

/// The flakes before their blur, row by row, and the draws behind them.
class Flakes {
 public:
  Flakes(const Snow& snow, int height, int width, const CorruptionContext& context)
      : snow_(snow), rows_(zoom_axis(height, snow.zoom)), columns_(zoom_axis(width, snow.zoom)) {
    // hendrycks trims the enlarged layer on all sides, imagecorruptions cuts it after the blur.
    if (context.flavour == Flavour::hendrycks) {
      rows_.keep((rows_.size() - static_cast<std::size_t>(height)) / 2, static_cast<std::size_t>(height));
      columns_.keep((columns_.size() - static_cast<std::size_t>(width)) / 2, static_cast<std::size_t>(width));
    }
    // One normal per pixel, of which only the rows that are enlarged matter.
    const auto line = static_cast<std::size_t>(width);
    first_ = rows_.before.front();
    const std::size_t end = *std::max_element(rows_.after.begin(), rows_.after.end()) + 1;
    normals_.resize((end - first_) * line + 1);
    skip_normals(context.random, first_ * line);
    context.random.fill_normal(std::span(normals_).first((end - first_) * line));
    skip_normals(context.random, (static_cast<std::size_t>(height) - end) * line);
    for (double& value : normals_) value = snow.mean + snow.deviation * value;
    zoomed_.emplace(normals_, width, 1, columns_);
  }
  Flakes(const Flakes&) = delete;  // zoomed_ refers to the members beside it
  Flakes& operator=(const Flakes&) = delete;

  [[nodiscard]] std::size_t height() const { return rows_.size(); }
  [[nodiscard]] std::size_t width() const { return columns_.size(); }

  void row(std::size_t y, double* out) {
    const double* before = zoomed_->row(rows_.before[y] - first_);
    const double* after = zoomed_->row(rows_.after[y] - first_);
    mix_flakes(before, after, rows_.weights[y][0], rows_.weights[y][1], snow_.threshold, width(), out);
  }

 private:
  const Snow& snow_;
  ZoomAxis rows_;
  ZoomAxis columns_;
  std::size_t first_ = 0;
  std::vector<double> normals_;
  std::optional<ZoomedRows> zoomed_;
};

/// The layer of flakes in 8 bits, as large as the image.
std::vector<std::uint8_t> blurred_flakes(const Snow& snow, int height, int width,
                                         const CorruptionContext& context) {
  Flakes layer(snow, height, width, context);
  const bool hendrycks = context.flavour == Flavour::hendrycks;
  const double degrees = context.random.uniform(-135, -45);
  const auto line = static_cast<std::size_t>(width);
  std::vector<std::uint8_t> flakes(static_cast<std::size_t>(height) * line);
  const auto layer_height = static_cast<int>(layer.height());
  const auto layer_width = static_cast<int>(layer.width());
  motion_filter(
      layer_height, layer_width, 1,
      motion_taps(context.flavour, snow.radius, snow.sigma, degrees, layer_height, layer_width),
      [&](std::size_t y, double* row) {
        layer.row(y, row);
        if (hendrycks) to_imagemagick(row, layer.width());
      },
      [&](std::size_t y, const double* row) {
        if (y >= static_cast<std::size_t>(height)) return;
        std::uint8_t* const out = flakes.data() + y * line;
        hendrycks ? to_imagemagick_bytes(row, line, out) : round_to_bytes(row, line, out);
      });
  return flakes;
}

/// One row of the image, whitened, under its flakes and those of the layer turned by 180 degrees.
VITROBUST_VECTORIZE
void cover_row(const std::uint8_t* pixels, const std::uint8_t* flakes, const std::uint8_t* turned_end,
               std::size_t width, float kept, float whitened, std::uint8_t* out) {
  for (std::size_t x = 0; x < width; ++x) {
    const float r = static_cast<float>(pixels[3 * x]) / 255.0F;
    const float g = static_cast<float>(pixels[3 * x + 1]) / 255.0F;
    const float b = static_cast<float>(pixels[3 * x + 2]) / 255.0F;
    const float white = opencv_grey(r, g, b) * 1.5F + 0.5F;
    const double flake = static_cast<double>(flakes[x]) / 255.0;
    const double turned = static_cast<double>(turned_end[-static_cast<std::ptrdiff_t>(x)]) / 255.0;
    const float values[3] = {r, g, b};
    for (std::size_t c = 0; c < 3; ++c) {
      const float value = kept * values[c] + whitened * (values[c] > white ? values[c] : white);
      const double sum = static_cast<double>(value) + flake + turned;
      out[3 * x + c] = static_cast<std::uint8_t>(static_cast<int>((sum > 1.0 ? 1.0 : sum) * 255.0));
    }
  }
}

}  // namespace

std::vector<double> draw_flakes(int height, int width, const CorruptionContext& context) {
  Flakes layer(parameters_for(kSnow, context), height, width, context);
  std::vector<double> flakes(layer.height() * layer.width());
  for (std::size_t y = 0; y < layer.height(); ++y) layer.row(y, flakes.data() + y * layer.width());
  return flakes;
}

data::Image snow(const data::Image& image, const CorruptionContext& context) {
  const Snow& parameters = parameters_for(kSnow, context);
  const std::vector<std::uint8_t> flakes = blurred_flakes(parameters, image.height, image.width, context);
  data::Image result(image.height, image.width);
  const auto width = static_cast<std::size_t>(image.width);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y)
    cover_row(image.pixels.data() + 3 * width * y, flakes.data() + width * y,
              flakes.data() + flakes.size() - 1 - width * y, width, static_cast<float>(parameters.kept),
              static_cast<float>(1 - parameters.kept), result.pixels.data() + 3 * width * y);
  return result;
}

}  // namespace vitrobust::corruptions
