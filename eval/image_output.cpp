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
#include "eval/npy_file.h"

namespace vitrobust::eval {
namespace {

namespace fs = std::filesystem;

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
  const std::string partial = partial_name(path_);
  descriptor_ = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw InputError(path_, fmt::format("cannot be made: {}", std::strerror(errno)));
  const std::string header = npy_header("|u1", fmt::format("({}, {}, {}, 3)", rows, height, width));
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
  rename_partial(path_);
}

}  // namespace vitrobust::eval
