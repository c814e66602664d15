#include "corruptions/frost_textures.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "core/error.h"
#include "corruptions/frost_drawing.h"

namespace vitrobust::corruptions {
namespace {

constexpr std::array<const char*, FrostTextures::kCount> kFiles = {"frost1.png", "frost2.png", "frost3.png",
                                                                   "frost4.jpg", "frost5.jpg"};

/// `image` as OpenCV sees it, which takes no pointer to const.
cv::Mat as_mat(const data::Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data())};
}

data::Image read_texture(const std::filesystem::path& path) {
  const char* const hint =
      "the folder must hold frost1.png, frost2.png, frost3.png, frost4.jpg and frost5.jpg of "
      "hendrycks/robustness; without a folder, textures that vitrobust draws are used";
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) throw InputError(path.string(), "no such file", hint);
  cv::Mat picture;
  try {
    picture = cv::imread(path.string(), cv::IMREAD_COLOR);
  } catch (const cv::Exception&) {
    // Larger than OpenCV reads, for one: reported as any other file that cannot be used.
  }
  if (picture.empty()) throw InputError(path.string(), "not a picture that OpenCV can decode", hint);
  data::Image texture(picture.rows, picture.cols);
  cv::cvtColor(picture, as_mat(texture), cv::COLOR_BGR2RGB);
  return texture;
}

FrostTextures::Images read_textures(const std::filesystem::path& folder) {
  FrostTextures::Images images;
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = read_texture(folder / kFiles[i]);
  return images;
}

/// `cv2.resize(fx=factor, fy=factor)`: the size is rounded, but pixels lie 1/factor apart whatever the size.
data::Image shrink(const data::Image& texture, double factor) {
  const auto side = [factor](int of_texture) { return std::max(1, cvRound(of_texture * factor)); };
  data::Image shrunk(side(texture.height), side(texture.width));
  cv::Mat to;
  // OpenCV refuses a size that it would round to 0.
  if (std::min(texture.height, texture.width) * factor < 1)
    cv::resize(as_mat(texture), to, {shrunk.width, shrunk.height});
  else
    cv::resize(as_mat(texture), to, {}, factor, factor);
  to.copyTo(as_mat(shrunk));
  return shrunk;
}

}  // namespace

FrostTextures::FrostTextures(const std::filesystem::path& folder)
    : FrostTextures(read_textures(folder), false) {}

FrostTextures::FrostTextures(Images images) : FrostTextures(std::move(images), false) {}

FrostTextures::FrostTextures(Images images, bool procedural)
    : images_(std::move(images)), procedural_(procedural) {
  for (const data::Image& image : images_)
    if (image.pixels.empty()) throw InternalError("an empty frost texture");
}

const FrostTextures& FrostTextures::procedural_ones() {
  static const FrostTextures drawn(draw_frost(), true);
  return drawn;
}

const data::Image& FrostTextures::at_size(std::size_t index, Size size) const {
  const data::Image& native = images_.at(index);
  if (size == Size::native) return native;
  Scaled& scaled = scaled_[index][static_cast<std::size_t>(size) - 1];
  std::call_once(scaled.once, [&] {
    // imagecorruptions rounds up, and 900 * 1.1 exceeds 990 by an ulp.
    const auto side = [](int of_native) { return static_cast<int>(std::ceil(of_native * 1.1)); };
    if (size == Size::eleven_tenths)
      scaled.image = resize_texture(native, side(native.height), side(native.width), true);
    else
      scaled.image = shrink(native, size == Size::fifth ? 0.2 : 0.3);
  });
  return scaled.image;
}

data::Image resize_texture(const data::Image& texture, int height, int width, bool cubic) {
  data::Image resized(height, width);
  cv::Mat to = as_mat(resized);
  cv::resize(as_mat(texture), to, to.size(), 0, 0, cubic ? cv::INTER_CUBIC : cv::INTER_LINEAR);
  return resized;
}

}  // namespace vitrobust::corruptions
