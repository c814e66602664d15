#include "eval/image_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "core/error.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

/// numpy's format 1.0: magic, version, length of the header, the header padded to a multiple of 64 bytes.
std::string npy_header(std::uint64_t rows, int height, int width) {
  std::string dictionary = fmt::format(
      "{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, {}, {}, 3), }}", rows, height, width);
  constexpr std::size_t kPreamble = 10;
  while ((kPreamble + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  dictionary += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dictionary.size() & 0xFF);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

void write_at(int descriptor, const char* bytes, std::size_t count, std::uint64_t offset,
              const std::string& path) {
  while (count > 0) {
    const ssize_t written = ::pwrite(descriptor, bytes, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw InputError(path, fmt::format("cannot write: {}", std::strerror(errno)));
    bytes += written;
    offset += static_cast<std::uint64_t>(written);
    count -= static_cast<std::size_t>(written);
  }
}

}  // namespace

void write_image(const std::string& path, const data::Image& image) {
  const cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data()));
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> bytes;
  if (!cv::imencode(".png", bgr, bytes, {cv::IMWRITE_PNG_COMPRESSION, 1}))
    throw InternalError(path + ": the image could not be encoded");
  write_file_atomically(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string relative_file_name(std::string_view sample_name) {
  fs::path relative;
  for (const fs::path& part : fs::path(sample_name).relative_path())
    if (part != "." && part != ".." && !part.empty()) relative /= part;
  return relative.empty() ? "unnamed" : relative.string();
}

ByteArrayFile::ByteArrayFile(std::string path, std::uint64_t rows, int height, int width)
    : path_(std::move(path)), height_(height), width_(width) {
  const std::string partial = path_ + ".partial";
  descriptor_ = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw InputError(path_, fmt::format("cannot be made: {}", std::strerror(errno)));
  const std::string header = npy_header(rows, height, width);
  header_bytes_ = header.size();
  write_at(descriptor_, header.data(), header.size(), 0, path_);
}

ByteArrayFile::~ByteArrayFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ByteArrayFile::write(std::uint64_t row, const data::Image& image) {
  if (image.height != height_ || image.width != width_)
    throw InputError(path_,
                     fmt::format("an array of {}x{} images cannot hold one of {}x{}", width_, height_,
                                 image.width, image.height),
                     "give --img-size, or write png");
  write_at(descriptor_, reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size(),
           header_bytes_ + row * image.pixels.size(), path_);
}

void ByteArrayFile::finish() {
  if (::fsync(descriptor_) != 0)
    throw InputError(path_, fmt::format("cannot write: {}", std::strerror(errno)));
  ::close(descriptor_);
  descriptor_ = -1;
  std::error_code failure;
  fs::rename(path_ + ".partial", path_, failure);
  if (failure) throw InputError(path_, "cannot rename the finished file: " + failure.message());
}

}  // namespace vitrobust::eval
