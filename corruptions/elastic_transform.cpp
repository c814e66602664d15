#include "corruptions/elastic_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <span>
#include <vector>

#include "core/vectorize.h"
#include "corruptions/functions.h"
#include "corruptions/gaussian_reflect.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

struct Elastic {
  /// Displacements in pixels are `alpha` times a field of noise smoothed with `sigma`.
  double alpha;
  double sigma;
  /// How far each of three points of the affine map moves at most, in pixels.
  double jitter;
};

/// `side` is that of the images that the set is for, except that make_imagenet_c.py has 244 for 224, and
/// make_imagenet_c_inception.py 360 for 299.
constexpr std::array<Elastic, 5> imagenet_rows(double side) {
  return {{{side * 2, side * .7, side * .1},
           {side * 2, side * .08, side * .2},
           {side * .05, side * .01, side * .02},
           {side * .07, side * .01, side * .02},
           {side * .12, side * .01, side * .02}}};
}

/// hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `elastic_transform`.
constexpr SeverityTable<Elastic> kElastic{.imagenet = imagenet_rows(244),
                                          .cifar = {{{0, 0, 32 * .08},
                                                     {32 * .05, 32 * .2, 32 * .07},
                                                     {32 * .08, 32 * .06, 32 * .06},
                                                     {32 * .1, 32 * .04, 32 * .05},
                                                     {32 * .1, 32 * .03, 32 * .03}}},
                                          .tiny = {{{0, 0, 64 * .08},
                                                    {64 * .05, 64 * .3, 64 * .06},
                                                    {64 * .1, 64 * .08, 64 * .06},
                                                    {64 * .1, 64 * .03, 64 * .03},
                                                    {64 * .16, 64 * .03, 64 * .02}}},
                                          .inception299 = imagenet_rows(360)};

/// imagecorruptions 1.1.2: corruptions.py, `elastic_transform`; sigma and the noise grow with the image.
constexpr std::array<double, 5> kImagecorruptionsAlpha = {250 * .05, 250 * .065, 250 * .085, 250 * .1,
                                                          250 * .12};
constexpr double kImagecorruptionsSigma = .01;
constexpr double kImagecorruptionsNoise = .005;

/// Values in [0, 1], and one spare at the end, so that four can be read where a pixel has three.
using Pixels = std::unique_ptr<float[]>;

Pixels allocate(const data::Image& image) {
  auto pixels = std::make_unique_for_overwrite<float[]>(image.pixels.size() + 1);
  pixels[image.pixels.size()] = 0;
  return pixels;
}

Pixels to_unit(const data::Image& image) {
  Pixels unit = allocate(image);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    unit[i] = static_cast<float>(image.pixels[i]) / 255.0F;
  return unit;
}

/// Three corners of a square about the middle move at random, the image with them.
Pixels jittered(const data::Image& image, double by, RandomSource& random) {
  const int height = image.height;
  const int width = image.width;
  // The reference takes the middle of the rows for an abscissa; it knows square images only.
  const auto middle_x = static_cast<float>(height / 2);
  const auto middle_y = static_cast<float>(width / 2);
  // Below three pixels the reference's square would be a point, which no map is determined by.
  const auto square = static_cast<float>(std::max(1, std::min(height, width) / 3));
  const std::array<cv::Point2f, 3> from = {cv::Point2f(middle_x + square, middle_y + square),
                                           cv::Point2f(middle_x + square, middle_y - square),
                                           cv::Point2f(middle_x - square, middle_y - square)};
  std::array<cv::Point2f, 3> to = from;
  for (cv::Point2f& point : to) {
    point.x += static_cast<float>(random.uniform(-by, by));
    point.y += static_cast<float>(random.uniform(-by, by));
  }
  Pixels warped = allocate(image);
  const Pixels unit = to_unit(image);
  cv::Mat out(height, width, CV_32FC3, warped.get());
  cv::warpAffine(cv::Mat(height, width, CV_32FC3, unit.get()), out,
                 cv::getAffineTransform(from.data(), to.data()), out.size(), cv::INTER_LINEAR,
                 cv::BORDER_REFLECT_101);
  return warped;
}

/// Uniform noise on [-noise, noise) and how it is smoothed and scaled to displacements in pixels.
struct Field {
  double alpha;
  double sigma_y;
  double sigma_x;
  double noise;
};

Field field_for(int height, int width, const CorruptionContext& context) {
  if (context.flavour == Flavour::hendrycks) {
    const Elastic& elastic = parameters_for(kElastic, context);
    return {.alpha = elastic.alpha, .sigma_y = elastic.sigma, .sigma_x = elastic.sigma, .noise = 1};
  }
  return {.alpha = kImagecorruptionsAlpha[severity_index(context)],
          .sigma_y = height * kImagecorruptionsSigma,
          .sigma_x = width * kImagecorruptionsSigma,
          .noise = height * kImagecorruptionsNoise};
}

/// The two samples around a position along an axis, which is mirrored with the edge sample repeated, and how
/// much of the second one counts: what scipy's `map_coordinates` reads at order 1 in mode "reflect".
struct Neighbours {
  int first;
  int second;
  double fraction;
};

Neighbours neighbours(double at, int n) {
  if (at >= 0 && at < n - 1) {
    const int first = static_cast<int>(at);
    return {first, first + 1, at - first};
  }
  if (n == 1) return {0, 0, 0};
  const double period = 2.0 * n;
  if (at < 0) {
    if (at < -period) at += period * std::trunc(-at / period);
    // So that what lies between the edge and half a sample beyond it stays above -1.
    if (at < -n)
      at += period;
    else
      at = (at > -1e-15 ? 1e-15 : -at) - 1;
  } else if (at > n - 1) {
    at -= period * std::trunc(at / period);
    if (at >= n) at = period - at - 1;
  }
  const double floor = std::floor(at);
  const auto inside = [n](int i) { return i < 0 ? -i - 1 : i < n ? i : 2 * n - 1 - i; };
  const int first = static_cast<int>(floor);
  return {inside(first), inside(first + 1), at - floor};
}

/// The four pixels around a position and the weights of the lower and the right ones.
struct Corners {
  const float* top_left;
  const float* top_right;
  const float* bottom_left;
  const float* bottom_right;
  double bottom;
  double right;
};

/// Three values in order of scipy's multiplications and additions.
inline void interpolate(const Corners& at, std::uint8_t* out) {
  const double top = 1 - at.bottom;
  const double left = 1 - at.right;
  // The fourth is of the next pixel or spare; with it the compiler sees a vector.
  std::array<float, 4> levels;
  for (std::size_t c = 0; c < 4; ++c) {
    const double value = at.top_left[c] * top * left + at.top_right[c] * top * at.right +
                         at.bottom_left[c] * at.bottom * left + at.bottom_right[c] * at.bottom * at.right;
    // Clipped after scaling, which comes to the same; a mean of pixels is not negative.
    const float level = static_cast<float>(value) * 255.0F;
    levels[c] = level < 255.0F ? level : 255.0F;
  }
  for (std::size_t c = 0; c < 3; ++c) out[c] = static_cast<std::uint8_t>(static_cast<int>(levels[c]));
}

/// Where the pixels of one row read.
struct RowPlan {
  explicit RowPlan(int width)
      : first(static_cast<std::size_t>(width)), bottom(first.size()), right(first.size()) {}

  /// Index of the upper left pixel, or -1 where mirroring is needed.
  std::vector<int> first;
  std::vector<double> bottom;
  std::vector<double> right;
};

VITROBUST_VECTORIZE
void plan_row(int y, int height, int width, const double* __restrict dy, const double* __restrict dx,
              int* __restrict first, double* __restrict bottom, double* __restrict right) {
  for (int x = 0; x < width; ++x) {
    const double at_y = y + dy[x];
    const double at_x = x + dx[x];
    const int row = static_cast<int>(at_y);
    const int column = static_cast<int>(at_x);
    bottom[x] = at_y - row;
    right[x] = at_x - column;
    const bool inside = (at_y >= 0) & (at_y < height - 1) & (at_x >= 0) & (at_x < width - 1);
    first[x] = inside ? row * width + column : -1;
  }
}

/// out(y, x) = unit(y + dy, x + dx), bilinear.
VITROBUST_VECTORIZE
void sample_row(const float* unit, int y, int height, int width, const double* dy, const double* dx,
                const RowPlan& plan, std::uint8_t* __restrict out) {
  const std::ptrdiff_t line = std::ptrdiff_t{3} * width;
  for (int x = 0; x < width; ++x) {
    const auto i = static_cast<std::size_t>(x);
    if (plan.first[i] >= 0) {
      const float* corner = unit + std::ptrdiff_t{3} * plan.first[i];
      interpolate({corner, corner + 3, corner + line, corner + line + 3, plan.bottom[i], plan.right[i]},
                  out + 3 * i);
      continue;
    }
    const Neighbours rows = neighbours(y + dy[i], height);
    const Neighbours columns = neighbours(x + dx[i], width);
    const float* top = unit + rows.first * line;
    const float* bottom = unit + rows.second * line;
    interpolate({top + std::ptrdiff_t{3} * columns.first, top + std::ptrdiff_t{3} * columns.second,
                 bottom + std::ptrdiff_t{3} * columns.first, bottom + std::ptrdiff_t{3} * columns.second,
                 rows.fraction, columns.fraction},
                out + 3 * i);
  }
}

}  // namespace

std::unique_ptr<double[]> draw_displacements(int height, int width, const CorruptionContext& context) {
  const Field field = field_for(height, width, context);
  const std::size_t size = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  auto memory = std::make_unique_for_overwrite<double[]>(3 * size);
  const std::span<double> both(memory.get(), 2 * size);
  const std::span<double> scratch(memory.get() + 2 * size, size);
  if (field.alpha == 0) {
    // The draws would be multiplied by 0, and nothing is drawn after them.
    std::fill(both.begin(), both.end(), 0.0);
    return memory;
  }
  context.random.fill_uniform(both);
  const double range = field.noise - -field.noise;
  for (double& value : both) value = -field.noise + range * value;
  const ReflectingGaussian gaussian(height, width, field.sigma_y, field.sigma_x);
  gaussian.apply(both.first(size), scratch);
  gaussian.apply(both.last(size), scratch);
  // In single precision, as in the reference.
  for (double& value : both) value = static_cast<double>(static_cast<float>(value * field.alpha));
  return memory;
}

data::Image elastic_transform(const data::Image& image, const CorruptionContext& context) {
  const int height = image.height;
  const int width = image.width;
  const Pixels source = context.flavour == Flavour::hendrycks
                            ? jittered(image, parameters_for(kElastic, context).jitter, context.random)
                            : to_unit(image);
  const auto displacements = draw_displacements(height, width, context);
  data::Image result(height, width);
  RowPlan plan(width);
  for (int y = 0; y < height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    const double* dx = displacements.get() + start;
    const double* dy = dx + image.pixels.size() / 3;
    plan_row(y, height, width, dy, dx, plan.first.data(), plan.bottom.data(), plan.right.data());
    sample_row(source.get(), y, height, width, dy, dx, plan, result.pixels.data() + 3 * start);
  }
  return result;
}

}  // namespace vitrobust::corruptions
