#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/image.h"

namespace vitrobust::data {

/// Where Pillow, too, refuses an image as a decompression bomb.
inline constexpr std::uint64_t kMaxImagePixels = 178'956'970;

/// Decodes JPEG, PNG, BMP, PPM/PGM/PBM, TIFF or WebP as Pillow's open().convert("RGB") does: grey repeats,
/// alpha is dropped and not blended, palettes are looked up, CMYK JPEGs are taken as inverted (Adobe), 16-bit
/// grey is clipped at 255 and not scaled, 16-bit colour keeps its high byte, EXIF orientation is ignored (but
/// that of TIFF is applied). Known differences: CMYK may be off by two levels in JPEG and one in TIFF;
/// transparent TIFFs, animated WebP and unusual maxima of PPM are refused.
/// @param source named in errors, usually the path
/// @throws InputError for anything that is no such image, is damaged or has more than kMaxImagePixels
Image decode_image(std::string_view bytes, const std::string& source);

/// Reads and decodes a file. @throws InputError
Image decode_image_file(const std::string& path);

}  // namespace vitrobust::data
