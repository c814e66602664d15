#include "corruptions/spatter.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <span>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/gaussian_filter.h"
#include "corruptions/gaussian_kernel.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Spatter {
  /// The liquid: Gaussian noise of this mean and deviation, smoothed, where it exceeds the threshold.
  double mean;
  double deviation;
  double sigma;
  double threshold;
  /// How much water counts; of mud, how far its edges are smoothed.
  double strength;
  bool mud;
};

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `spatter`.
constexpr SeverityTable<Spatter> kSpatter{.imagenet = {{{.65, .3, 4, .69, .6, false},
                                                        {.65, .3, 3, .68, .6, false},
                                                        {.65, .3, 2, .68, .5, false},
                                                        {.65, .3, 1, .65, 1.5, true},
                                                        {.67, .4, 1, .65, 1.5, true}}},
                                          .cifar = {{{.62, .1, .7, .7, .5, false},
                                                     {.65, .1, .8, .7, .5, false},
                                                     {.65, .3, 1, .69, .5, false},
                                                     {.65, .1, .7, .69, .6, true},
                                                     {.65, .1, .5, .68, .6, true}}},
                                          .tiny = {{{.62, .1, .7, .7, .6, false},
                                                    {.65, .1, .8, .7, .6, false},
                                                    {.65, .3, 1, .69, .6, false},
                                                    {.65, .1, .7, .68, .6, true},
                                                    {.65, .1, .5, .67, .6, true}}},
                                          .inception299 = {{{.65, .3, 4, .69, .9, false},
                                                            {.65, .3, 3.5, .68, .9, false},
                                                            {.65, .3, 3, .68, .8, false},
                                                            {.65, .3, 1.2, .65, 1.8, true},
                                                            {.67, .4, 1.2, .65, 1.8, true}}}};

/// Of skimage's `gaussian`, as in gaussian_filter.
constexpr double kTruncate = 4;

/// Splashes of water and what their edges refract, from 0 to `strength`: depth of the water times a relief
/// that the reference makes of the distance to the nearest edge.
std::vector<float> water(const Spatter& spatter, const std::vector<double>& liquid, int height, int width) {
  cv::Mat depth(height, width, CV_8UC1);
  for (std::size_t i = 0; i < liquid.size(); ++i)
    depth.data[i] = static_cast<std::uint8_t>(static_cast<int>(liquid[i] * 255));
  cv::Mat edges;
  cv::Canny(depth, edges, 50, 150);
  cv::bitwise_not(edges, edges);
  cv::Mat distance;
  cv::distanceTransform(edges, distance, cv::DIST_L2, cv::DIST_MASK_5);
  cv::threshold(distance, distance, 20, 20, cv::THRESH_TRUNC);
  cv::blur(distance, distance, {3, 3});
  cv::Mat relief(height, width, CV_8UC1);
  for (std::size_t i = 0; i < liquid.size(); ++i)
    relief.data[i] = static_cast<std::uint8_t>(reinterpret_cast<const float*>(distance.data)[i]);
  cv::equalizeHist(relief, relief);
  const cv::Matx33f light(-2, -1, 0, -1, 1, 1, 0, 1, 2);
  cv::filter2D(relief, relief, CV_8U, light);
  cv::blur(relief, relief, {3, 3});

  std::vector<float> layer(liquid.size());
  for (std::size_t i = 0; i < layer.size(); ++i)
    layer[i] = static_cast<float>(depth.data[i]) * static_cast<float>(relief.data[i]);
  float deepest = 0;
  for (const float value : layer) deepest = std::max(deepest, value);
  // Without a drop the reference divides 0 by 0, which makes the image black; here it stays dry.
  if (deepest == 0) return layer;
  for (float& value : layer) value = value / deepest * static_cast<float>(spatter.strength);
  return layer;
}

/// out[i] = Σ_k weights[k] (line(-k)[i] + line(k)[i]) in double precision, from the outermost pair inwards.
template <typename LineAt>
void smooth_line(const std::vector<double>& weights, LineAt line, std::span<double> sums, float* out) {
  const float* centre = line(0);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = static_cast<double>(centre[i]) * weights[0];
  for (std::size_t k = weights.size() - 1; k > 0; --k) {
    const float* before = line(-static_cast<std::ptrdiff_t>(k));
    const float* after = line(static_cast<std::ptrdiff_t>(k));
    const double weight = weights[k];
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] += (static_cast<double>(before[i]) + static_cast<double>(after[i])) * weight;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<float>(sums[i]);
}

/// gaussian_filter of a single-precision field, whose every pass scipy rounds to single precision.
void smooth(std::vector<float>& field, int height, int width, double sigma) {
  const std::vector<double> weights = half_kernel(sigma, kTruncate);
  const auto columns = static_cast<std::size_t>(width);
  const std::size_t radius = weights.size() - 1;
  const std::vector<float> source = field;
  std::vector<double> sums(columns);
  std::vector<float> padded(columns + 2 * radius);
  const std::ptrdiff_t last = height - 1;
  for (std::ptrdiff_t y = 0; y <= last; ++y) {
    float* middle = padded.data() + radius;
    const auto row = [&](std::ptrdiff_t dy) {
      return source.data() + static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(y + dy, 0, last)) * columns;
    };
    smooth_line(weights, row, sums, middle);
    std::fill_n(padded.data(), radius, middle[0]);
    std::fill_n(middle + columns, radius, middle[columns - 1]);
    smooth_line(
        weights, [middle](std::ptrdiff_t dx) { return middle + dx; }, sums,
        field.data() + static_cast<std::size_t>(y) * columns);
  }
}

/// How much of each pixel mud covers: 0, or 0.8 to 1.
std::vector<float> mud(const Spatter& spatter, const std::vector<double>& liquid, int height, int width) {
  std::vector<float> layer(liquid.size());
  for (std::size_t i = 0; i < layer.size(); ++i) layer[i] = liquid[i] > spatter.threshold ? 1.0F : 0.0F;
  smooth(layer, height, width, spatter.strength);
  for (float& value : layer) value = value < 0.8F ? 0.0F : value;
  return layer;
}

/// out = keep * image + add in units of the full range, all of one row's values: the sum in single precision,
/// as the reference has it, or in double.
template <typename Real>
inline void blend_values(const std::uint8_t* pixels, const float* keep, const Real* add, std::size_t count,
                         std::uint8_t* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    const Real sum = static_cast<Real>(static_cast<float>(pixels[i]) / 255.0F * keep[i]) + add[i];
    // Clipped after scaling, which comes to the same; no sum is negative.
    const Real scaled = sum * Real{255};
    out[i] = static_cast<std::uint8_t>(static_cast<int>(scaled < Real{255} ? scaled : Real{255}));
  }
}

VITROBUST_VECTORIZE
void blend(const std::uint8_t* pixels, const float* keep, const float* add, std::size_t count,
           std::uint8_t* __restrict out) {
  blend_values(pixels, keep, add, count, out);
}

VITROBUST_VECTORIZE
void blend(const std::uint8_t* pixels, const float* keep, const double* add, std::size_t count,
           std::uint8_t* __restrict out) {
  blend_values(pixels, keep, add, count, out);
}

/// Pale turquoise and brown.
constexpr std::array<double, 3> kWater = {175 / 255., 238 / 255., 238 / 255.};
constexpr std::array<double, 3> kMud = {63 / 255., 42 / 255., 20 / 255.};

/// Adds a colour where the layer is; `opacity` 1 takes as much of the image away, 0 nothing.
template <typename Real>
void lay_over(const data::Image& image, const std::vector<float>& layer, const std::array<double, 3>& colour,
              float opacity, data::Image& result) {
  const auto width = static_cast<std::size_t>(image.width);
  std::vector<float> keep(3 * width);
  std::vector<Real> add(3 * width);
  for (std::size_t start = 0; start < layer.size(); start += width) {
    for (std::size_t x = 0; x < width; ++x) {
      const float here = layer[start + x];
      for (std::size_t c = 0; c < 3; ++c) {
        keep[3 * x + c] = 1 - opacity * here;
        add[3 * x + c] = static_cast<Real>(here) * static_cast<Real>(colour[c]);
      }
    }
    blend(image.pixels.data() + 3 * start, keep.data(), add.data(), 3 * width,
          result.pixels.data() + 3 * start);
  }
}

}  // namespace

std::vector<double> draw_liquid(int height, int width, const CorruptionContext& context) {
  const Spatter& parameters = parameters_for(kSpatter, context);
  std::vector<double> liquid(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  context.random.fill_normal(liquid);
  for (double& value : liquid) value = parameters.mean + parameters.deviation * value;
  gaussian_filter(liquid, height, width, 1, parameters.sigma);
  for (double& value : liquid) value = value < parameters.threshold ? 0 : value;
  return liquid;
}

data::Image spatter(const data::Image& image, const CorruptionContext& context) {
  const Spatter& parameters = parameters_for(kSpatter, context);
  const std::vector<double> liquid = draw_liquid(image.height, image.width, context);
  const std::vector<float> layer =
      (parameters.mud ? mud : water)(parameters, liquid, image.height, image.width);
  data::Image result(image.height, image.width);
  if (!parameters.mud)
    lay_over<float>(image, layer, kWater, 0, result);
  else if (context.flavour == Flavour::hendrycks)
    lay_over<float>(image, layer, kMud, 1, result);
  else  // whose brown is in double precision
    lay_over<double>(image, layer, kMud, 1, result);
  return result;
}

}  // namespace vitrobust::corruptions
