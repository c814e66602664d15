#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vitrobust::data {

enum class ImageFormat { jpeg, png, bmp, netpbm, tiff, webp };

/// What the header of an image file announces.
struct ImageHeader {
  ImageFormat format = ImageFormat::jpeg;
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  /// Of a PPM or PGM: the value that stands for full brightness; 0 elsewhere.
  std::uint64_t maxval = 0;
};

/// Reads format and size from the first bytes, without decoding, so that no decoder allocates what a forged
/// header asks for. Empty for any other format and for a header that is cut short.
std::optional<ImageHeader> read_image_header(std::string_view bytes);

/// Whether a JPEG's coded data reach an end marker: a decoder fills the rest of a truncated image with grey.
bool jpeg_is_complete(std::string_view bytes);

}  // namespace vitrobust::data
