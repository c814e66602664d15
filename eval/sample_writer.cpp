#include "eval/sample_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <opencv2/imgproc.hpp>

#include "core/files.h"
#include "eval/image_output.h"
#include "eval/sample_images.h"

namespace vitrobust::eval {
namespace {

/// Longer side of a picture, in pixels; larger images are shrunk by averaging areas.
constexpr int kSide = 96;

data::Image shrunk(const data::Image& image) {
  const int longer = std::max(image.height, image.width);
  if (longer <= kSide) return image;
  const double factor = static_cast<double>(kSide) / longer;
  const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * factor))); };
  data::Image small(side(image.height), side(image.width));
  const cv::Mat from(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data()));
  cv::Mat to(small.height, small.width, CV_8UC3, small.pixels.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_AREA);
  return small;
}

void write_once(const std::string& folder, const std::string& name, const data::Image& image) {
  const std::string path = folder + "/" + name;
  if (std::filesystem::exists(path)) return;
  make_writable_folder(folder);
  write_image(path, shrunk(image));
}

}  // namespace

void SampleWriter::write_seen(std::uint64_t sample, const data::Image& image) const {
  write_once(folder_, fmt::format("{}.png", sample), image);
}

void SampleWriter::write_difference(std::uint64_t sample, const data::Image& magnified,
                                    int magnification) const {
  write_once(folder_, fmt::format("{}-difference-x{}.png", sample, magnification), magnified);
}

void write_clean_sample(const std::string& run_folder, std::uint64_t sample, const data::Image& image) {
  write_once(fmt::format("{}/{}/clean", run_folder, kSamplesFolder), fmt::format("{}.png", sample), image);
}

}  // namespace vitrobust::eval
