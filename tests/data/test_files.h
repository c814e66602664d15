#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/image.h"
#include "tests/temporary_folder.h"

namespace vitrobust::data {

/// A folder for one test that files can be written into.
class TemporaryFolder {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file, with the folders above it, and returns its path.
  std::string write(const std::string& name, std::string_view contents) const;
  std::string write_image(const std::string& name, const Image& image) const;

 private:
  tests::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path();
};

/// What opening the dataset `spec` says: "error: …\nhint: …", or "no error".
std::string failure_of(const std::string& spec);

/// The white noise of tests/golden/pillow_resize.py.
Image noise_image(int height, int width);

/// `image` in the format of the extension (".png", ".bmp" …), through OpenCV.
std::string encode(const Image& image, const std::string& extension);

/// The folder of real data beside the checkout, or $VITROBUST_SHARED_DATA; empty when there is none.
std::string shared_data();

/// First 16 hexadecimal digits of the SHA-256 of the pixels.
std::string pixel_hash(const Image& image);

}  // namespace vitrobust::data
