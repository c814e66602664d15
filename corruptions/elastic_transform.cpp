#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "corruptions/functions.h"
#include "corruptions/gaussian_reflect.h"
#include "corruptions/severity.h"
#include "corruptions/vectorize.h"

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

/// One spare value at the end, so that four can be read where a pixel has three.
using Pixels = std::vector<float>;

Pixels to_unit(const data::Image& image) {
  Pixels unit(image.pixels.size() + 1);
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    unit[i] = static_cast<float>(image.pixels[i]) / 255.0F;
  return unit;
}

/// Three corners of a square about the middle move at random, the image with them.
Pixels jitter(Pixels unit, int height, int width, double by, RandomSource& random) {
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
  Pixels warped(unit.size());
  cv::Mat out(height, width, CV_32FC3, warped.data());
  cv::warpAffine(cv::Mat(height, width, CV_32FC3, unit.data()), out, cv::getAffineTransform(from, to),
                 out.size(), cv::INTER_LINEAR, cv::BORDER_REFLECT_101);
  return warped;
}

struct Field {
  double alpha;
  double sigma_y;
  double sigma_x;
  double noise;
};

/// How far each pixel reads from its own place along one axis.
std::vector<float> displacements(const Field& field, int height, int width, RandomSource& random) {
  std::vector<float> result(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
  if (field.alpha == 0) return result;
  std::vector<double> smooth(result.size());
  random.fill_uniform(smooth);
  const double range = field.noise - -field.noise;
  for (double& value : smooth) value = -field.noise + range * value;
  gaussian_filter_reflect(smooth, height, width, field.sigma_y, field.sigma_x);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<float>(smooth[i] * field.alpha);
  return result;
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

/// result(y, x) = unit(y + dy, x + dx), bilinear, in the order of scipy's multiplications.
data::Image sample(const Pixels& unit, int height, int width, const std::vector<float>& dy,
                   const std::vector<float>& dx) {
  data::Image result(height, width);
  const auto pixel = [&](int y, int x) {
    return unit.data() +
           3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
  };
  std::size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++i) {
      const Neighbours rows = neighbours(y + static_cast<double>(dy[i]), height);
      const Neighbours columns = neighbours(x + static_cast<double>(dx[i]), width);
      const float* top_left = pixel(rows.first, columns.first);
      const float* top_right = pixel(rows.first, columns.second);
      const float* bottom_left = pixel(rows.second, columns.first);
      const float* bottom_right = pixel(rows.second, columns.second);
      const double top = 1 - rows.fraction;
      const double left = 1 - columns.fraction;
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = top_left[c] * top * left + top_right[c] * top * columns.fraction +
                             bottom_left[c] * rows.fraction * left +
                             bottom_right[c] * rows.fraction * columns.fraction;
        result.pixels[3 * i + c] =
            static_cast<std::uint8_t>(std::clamp(static_cast<float>(value), 0.0F, 1.0F) * 255.0F);
      }
    }
  }
  return result;
}

}  // namespace

data::Image elastic_transform(const data::Image& image, const CorruptionContext& context) {
  const int height = image.height;
  const int width = image.width;
  const std::size_t severity = severity_index(context);
  Pixels unit = to_unit(image);
  Field field{};
  if (context.flavour == Flavour::hendrycks) {
    const Elastic& elastic = parameters_for(kElastic, context);
    unit = jitter(std::move(unit), height, width, elastic.jitter, context.random);
    field = {.alpha = elastic.alpha, .sigma_y = elastic.sigma, .sigma_x = elastic.sigma, .noise = 1};
  } else {
    field = {.alpha = kImagecorruptionsAlpha[severity],
             .sigma_y = height * kImagecorruptionsSigma,
             .sigma_x = width * kImagecorruptionsSigma,
             .noise = height * kImagecorruptionsNoise};
  }
  const std::vector<float> dx = displacements(field, height, width, context.random);
  const std::vector<float> dy = displacements(field, height, width, context.random);
  return sample(unit, height, width, dy, dx);
}

}  // namespace vitrobust::corruptions
