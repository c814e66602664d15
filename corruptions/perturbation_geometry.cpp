#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "corruptions/perturbation_frames.h"
#include "corruptions/perturbation_functions.h"
#include "corruptions/pil_affine.h"

// Everything is moved before it is cropped; what comes from outside the image is black.
namespace vitrobust::corruptions::perturbations {
namespace {

constexpr int kFrames = 31;
constexpr int kMiddle = 15;

/// Each row moved by whole pixels, as Pillow's `transform` does with its nearest neighbour.
data::Image moved(const data::Image& image, int right) {
  data::Image result(image.height, image.width);
  const int from = std::clamp(-right, 0, image.width);
  const int to = std::clamp(right, 0, image.width);
  const int count = image.width - std::max(from, to);
  for (int y = 0; y < image.height; ++y) {
    const auto line = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width);
    std::copy_n(image.pixels.data() + 3 * (line + static_cast<std::size_t>(from)),
                3 * static_cast<std::size_t>(count),
                result.pixels.data() + 3 * (line + static_cast<std::size_t>(to)));
  }
  return result;
}

/// From the image's pixels to those of its picture when it is turned by one angle about both axes and seen
/// from as far away as its diagonal is long.
cv::Matx33d tilt_matrix(int height, int width, double degrees) {
  const double angle = degrees * (std::numbers::pi / 180);
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double height_units = height;
  const double width_units = width;
  const double distance = std::sqrt(width_units * width_units + height_units * height_units);
  // As in the reference, the plane lies one unit behind the axes: even at 0 degrees the picture is smaller,
  // by diagonal / (diagonal + 1).
  const cv::Matx<double, 4, 3> into_space(1, 0, -width_units / 2, 0, 1, -height_units / 2, 0, 0, 1, 0, 0, 1);
  const cv::Matx44d about_x(1, 0, 0, 0, 0, cosine, -sine, 0, 0, sine, cosine, 0, 0, 0, 0, 1);
  const cv::Matx44d about_y(cosine, 0, -sine, 0, 0, 1, 0, 0, sine, 0, cosine, 0, 0, 0, 0, 1);
  const cv::Matx44d away(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, distance, 0, 0, 0, 1);
  const cv::Matx34d onto_plane(distance, 0, width_units / 2, 0, 0, distance, height_units / 2, 0, 0, 0, 1, 0);
  return onto_plane * away * about_x * about_y * into_space;
}

}  // namespace

std::vector<data::Image> translate(const data::Image& image, const PerturbationContext& context) {
  struct Span {
    int frames;
    /// Where the image lies in the first frame.
    int first;
  };
  constexpr PerturbationParameters<Span> kSpan{.imagenet = {.frames = 41, .first = -20},
                                               .cifar = {.frames = 16, .first = -7}};
  check_perturbation(context);
  std::vector<data::Image> frames;
  for (int i = 0; i < kSpan.of(context).frames; ++i)
    frames.push_back(centre_crop(moved(image, kSpan.of(context).first + i), context.crop));
  return frames;
}

std::vector<data::Image> rotate(const data::Image& image, const PerturbationContext& context) {
  check_perturbation(context);
  std::vector<data::Image> frames;
  for (int i = 0; i < kFrames; ++i)
    frames.push_back(
        centre_crop(transform_affine(image, {.degrees = static_cast<double>(i - kMiddle)}), context.crop));
  return frames;
}

// cv2.warpPerspective with its defaults: bilinear, outside black.
std::vector<data::Image> tilt(const data::Image& image, const PerturbationContext& context) {
  constexpr PerturbationParameters<double> kStep{.imagenet = 1, .cifar = 0.75};
  check_perturbation(context);
  // OpenCV only reads from it.
  const cv::Mat source(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data()));
  std::vector<data::Image> frames;
  for (int i = 0; i < kFrames; ++i) {
    data::Image frame(image.height, image.width);
    cv::Mat out(image.height, image.width, CV_8UC3, frame.pixels.data());
    cv::warpPerspective(
        source, out, tilt_matrix(image.height, image.width, kStep.of(context) * (i - kMiddle)), out.size());
    frames.push_back(centre_crop(frame, context.crop));
  }
  return frames;
}

std::vector<data::Image> scale(const data::Image& image, const PerturbationContext& context) {
  struct Percent {
    double first;
    double step;
  };
  constexpr PerturbationParameters<Percent> kPercent{.imagenet = {.first = 40, .step = 2.5},
                                                     .cifar = {.first = 70, .step = 2}};
  check_perturbation(context);
  const Percent& percent = kPercent.of(context);
  std::vector<data::Image> frames;
  for (int i = 0; i < kFrames; ++i)
    frames.push_back(centre_crop(transform_affine(image, {.scale = (i * percent.step + percent.first) / 100}),
                                 context.crop));
  return frames;
}

}  // namespace vitrobust::corruptions::perturbations
