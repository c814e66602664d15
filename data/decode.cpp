#include "data/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "core/error.h"
#include "core/files.h"
#include "data/image_header.h"
#include "data/png_profile.h"

namespace vitrobust::data {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 30;

/// One channel value in 8 bits, as Pillow's conversions to RGB make it of each depth.
std::uint8_t to_byte(std::uint8_t value, bool) {
  return value;
}
std::uint8_t to_byte(std::uint16_t value, bool grey) {
  return static_cast<std::uint8_t>(grey ? std::min<int>(value, 255) : value >> 8);
}
std::uint8_t to_byte(float value, bool) {
  if (!(value > 0.0F)) return 0;  // NaN too
  return static_cast<std::uint8_t>(std::min(value, 255.0F));
}

/// OpenCV's BGR, BGRA or grey to RGB.
template <typename Value>
Image to_rgb(const cv::Mat& decoded) {
  Image image(decoded.rows, decoded.cols);
  const int channels = decoded.channels();
  const bool grey = channels == 1;
  std::uint8_t* out = image.pixels.data();
  for (int y = 0; y < decoded.rows; ++y) {
    const Value* in = decoded.ptr<Value>(y);
    for (int x = 0; x < decoded.cols; ++x, in += channels, out += 3)
      for (int c = 0; c < 3; ++c) out[c] = to_byte(grey ? in[0] : in[2 - c], grey);
  }
  return image;
}

/// OpenCV reports damage by an empty image or by an exception.
cv::Mat decode_unchanged(std::string_view bytes, const std::string& source) {
  // The constructor takes a pointer to non-const; imdecode only reads.
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
  try {
    return cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
  } catch (const cv::Exception& failure) {
    throw InputError(source, "cannot be decoded: " + failure.err);
  }
}

/// OpenCV takes the values of a PPM or PGM as they are, whatever their maximum.
bool maxval_is_read(const ImageHeader& header, char kind) {
  const bool grey = kind == '2' || kind == '5';
  return header.maxval == 0 || header.maxval == 255 || (grey && header.maxval == 65535);
}

ImageHeader check_header(std::string_view bytes, const std::string& source) {
  const auto header = read_image_header(bytes);
  if (!header)
    throw InputError(source, "is not an image in a known format",
                     "read are JPEG, PNG, BMP, PPM, PGM, TIFF and WebP, whatever the file's name says");
  if (header->width > kMaxImagePixels / header->height)
    throw InputError(source, fmt::format("announces {}x{} pixels, more than {}", header->width,
                                         header->height, kMaxImagePixels));
  if (header->format == ImageFormat::jpeg && !jpeg_is_complete(bytes))
    throw InputError(source, "is truncated: the JPEG data have no end marker");
  if (!maxval_is_read(*header, bytes[1]))
    throw InputError(source,
                     fmt::format("has values up to {}, expected 255 (or 65535 in a PGM)", header->maxval));
  return *header;
}

/// libtiff's RGBA interface multiplies the alpha into the colours, and what it made black is lost.
void check_tiff_alpha(const cv::Mat& decoded, const std::string& source) {
  if (decoded.channels() != 4 || decoded.depth() != CV_8U) return;
  for (int y = 0; y < decoded.rows; ++y)
    for (int x = 0; x < decoded.cols; ++x)
      if (decoded.at<cv::Vec4b>(y, x)[3] != 255)
        throw InputError(source, "is a TIFF with transparency, whose colours cannot be read here",
                         "save it without its alpha channel, or as PNG");
}

}  // namespace

Image decode_image(std::string_view bytes, const std::string& source) {
  const ImageHeader header = check_header(bytes, source);
  const cv::Mat decoded = header.format == ImageFormat::png
                              ? decode_unchanged(without_colour_profile(bytes), source)
                              : decode_unchanged(bytes, source);
  if (decoded.empty())
    throw InputError(source, "cannot be decoded: it is damaged, or of a kind that OpenCV does not read");
  if (header.format == ImageFormat::tiff) check_tiff_alpha(decoded, source);
  const int channels = decoded.channels();
  const bool known_channels = channels == 1 || channels == 3 || channels == 4;
  if (known_channels && decoded.depth() == CV_8U) return to_rgb<std::uint8_t>(decoded);
  if (known_channels && decoded.depth() == CV_16U) return to_rgb<std::uint16_t>(decoded);
  if (channels == 1 && decoded.depth() == CV_32F) return to_rgb<float>(decoded);
  throw InputError(source, "has a pixel type that is not read here: " + cv::typeToString(decoded.type()));
}

Image decode_image_file(const std::string& path) {
  return decode_image(read_file(path, kMaxFile), path);
}

}  // namespace vitrobust::data
