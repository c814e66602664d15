#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"
#include "corruptions/functions.h"
#include "corruptions/jpeg.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Quality. hendrycks/robustness @8190fe3: make_imagenet_c.py, make_cifar_c.py, make_tinyimagenet_c.py,
/// make_imagenet_c_inception.py, `jpeg_compression`.
constexpr SeverityTable<int> kQuality{.imagenet = {25, 18, 15, 10, 7},
                                      .cifar = {80, 65, 58, 50, 40},
                                      .tiny = {65, 58, 50, 40, 25},
                                      .inception299 = {23, 16, 13, 8, 5}};

/// libjpeg's limit on a side, in pixels.
constexpr int kMaxSide = 65500;

}  // namespace

data::Image jpeg_round_trip(const data::Image& image, int quality) {
  if (std::max(image.height, image.width) > kMaxSide)
    throw InputError({}, fmt::format("an image of {}x{} pixels cannot be a JPEG, whose sides end at {}",
                                     image.width, image.height, kMaxSide));
  data::Image result = image;
  cv::Mat rgb(image.height, image.width, CV_8UC3, result.pixels.data());
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> file;
  // Every other setting is libjpeg's default, as it is Pillow's: 4:2:0, the slow integer transform.
  const bool encoded = cv::imencode(".jpg", bgr, file, {cv::IMWRITE_JPEG_QUALITY, quality});
  const cv::Mat decoded = encoded ? cv::imdecode(file, cv::IMREAD_COLOR) : cv::Mat();
  if (decoded.size() != rgb.size())
    throw InternalError(fmt::format("JPEG round trip of a {}x{} image failed", image.width, image.height));
  cv::cvtColor(decoded, rgb, cv::COLOR_BGR2RGB);
  return result;
}

data::Image jpeg_compression(const data::Image& image, const CorruptionContext& context) {
  return jpeg_round_trip(image, parameters_for(kQuality, context));
}

}  // namespace vitrobust::corruptions
