#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/files.h"
#include "data/image.h"

namespace vitrobust::eval {

/// Writes a PNG (lossless, fast compression). The folder must exist. @throws InputError when the file cannot
/// be written
void write_image(const std::string& path, const data::Image& image);

/// A relative path to write a sample's file at: its name in the dataset without a root, "." and "..", so that
/// no name in a list of images can lead out of the folder. Never empty.
std::string relative_file_name(std::string_view sample_name);

/// Fills one .npy array of uint8 [rows, height, width, 3] in any order, from several threads at once.
class ByteArrayFile {
 public:
  /// @throws InputError when the file cannot be made at this size
  ByteArrayFile(std::string path, std::uint64_t rows, int height, int width);
  ~ByteArrayFile();
  ByteArrayFile(const ByteArrayFile&) = delete;
  ByteArrayFile& operator=(const ByteArrayFile&) = delete;

  /// @throws InputError when the image has another size than the array's, or the disk is full
  void write(std::uint64_t row, const data::Image& image);
  /// Gives the file its final name.
  void finish();

 private:
  std::string path_;
  int height_;
  int width_;
  std::size_t header_bytes_ = 0;
  int descriptor_ = -1;
};

}  // namespace vitrobust::eval
