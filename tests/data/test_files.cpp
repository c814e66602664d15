#include "test_files.h"

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "data/dataset.h"

namespace vitrobust::data {

namespace fs = std::filesystem;

std::string TemporaryFolder::write(const std::string& name, std::string_view contents) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  write_file_atomically(file.string(), contents);
  return file.string();
}

std::string TemporaryFolder::write_image(const std::string& name, const Image& image) const {
  return write(name, encode(image, fs::path(name).extension().string()));
}

std::string failure_of(const std::string& spec) {
  try {
    open_dataset(spec);
  } catch (const Error& error) {
    return format_error(error);
  }
  return "no error";
}

Image noise_image(int height, int width) {
  Image image(height, width);
  std::size_t out = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (std::uint32_t c = 0; c < 3; ++c) {
        std::uint32_t value = static_cast<std::uint32_t>(x) * 0x9E3779B1U ^
                              static_cast<std::uint32_t>(y) * 0x85EBCA77U ^ c * 0xC2B2AE3DU;
        value ^= value >> 15;
        image.pixels[out++] = static_cast<std::uint8_t>((value * 0x2C1B3C6DU) >> 24);
      }
  return image;
}

std::string encode(const Image& image, const std::string& extension) {
  Image copy = image;
  const cv::Mat rgb(image.height, image.width, CV_8UC3, copy.pixels.data());
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> bytes;
  cv::imencode(extension, bgr, bytes);
  return {bytes.begin(), bytes.end()};
}

std::string shared_data() {
  const char* variable = std::getenv("VITROBUST_SHARED_DATA");
  const fs::path folder =
      variable != nullptr ? fs::path(variable) : fs::path(VITROBUST_SOURCE_DIR) / "../shared/data";
  return fs::is_directory(folder) ? folder.lexically_normal().string() : std::string();
}

std::string pixel_hash(const Image& image) {
  return Sha256().update(image.pixels).hex().substr(0, 16);
}

}  // namespace vitrobust::data
