#include "corruptions/jpeg.h"

#include <fmt/format.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs FILE
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "core/error.h"

namespace vitrobust::corruptions {
namespace {

/// libjpeg's limit on a side, in pixels.
constexpr int kMaxSide = 65500;

/// libjpeg reports errors through a function that must not return, and C code must not be unwound by an
/// exception: so it jumps, over no object that would have to be destroyed.
struct ErrorManager {
  jpeg_error_mgr base{};
  std::jmp_buf jump{};
  char text[JMSG_LENGTH_MAX] = {};

  ErrorManager() {
    jpeg_std_error(&base);
    base.error_exit = [](j_common_ptr codec) {
      auto* const self = reinterpret_cast<ErrorManager*>(codec->err);
      codec->err->format_message(codec, self->text);
      std::longjmp(self->jump, 1);
    };
    base.output_message = [](j_common_ptr) {};
  }
};

struct File {
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  File() = default;
  ~File() { std::free(bytes); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

/// @param rows height pointers, each to width pixels. Returns false with errors.text set.
bool encode(JSAMPARRAY rows, int height, int width, int quality, File& file, ErrorManager& errors) {
  jpeg_compress_struct codec;
  codec.err = &errors.base;
  if (setjmp(errors.jump) != 0) {
    jpeg_destroy_compress(&codec);
    return false;
  }
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &file.bytes, &file.size);
  codec.image_height = static_cast<JDIMENSION>(height);
  codec.image_width = static_cast<JDIMENSION>(width);
  codec.input_components = 3;
  codec.in_color_space = JCS_RGB;
  // Every other setting is libjpeg's default, as it is Pillow's: 4:2:0, the slow integer transform.
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height)
    jpeg_write_scanlines(&codec, rows + codec.next_scanline, codec.image_height - codec.next_scanline);
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  return true;
}

bool decode(const File& file, JSAMPARRAY rows, ErrorManager& errors) {
  jpeg_decompress_struct codec;
  codec.err = &errors.base;
  if (setjmp(errors.jump) != 0) {
    jpeg_destroy_decompress(&codec);
    return false;
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, file.bytes, file.size);
  jpeg_read_header(&codec, TRUE);
  codec.out_color_space = JCS_RGB;
  jpeg_start_decompress(&codec);
  while (codec.output_scanline < codec.output_height)
    jpeg_read_scanlines(&codec, rows + codec.output_scanline, codec.output_height - codec.output_scanline);
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  return true;
}

}  // namespace

data::Image jpeg_round_trip(const data::Image& image, int quality) {
  if (std::max(image.height, image.width) > kMaxSide)
    throw InputError({}, fmt::format("an image of {}x{} pixels cannot be a JPEG, whose sides end at {}",
                                     image.width, image.height, kMaxSide));
  data::Image result = image;
  std::vector<JSAMPROW> rows;
  for (std::size_t start = 0; start < result.pixels.size();
       start += static_cast<std::size_t>(image.width) * 3)
    rows.push_back(result.pixels.data() + start);
  File file;
  ErrorManager errors;
  if (!encode(rows.data(), image.height, image.width, quality, file, errors) ||
      !decode(file, rows.data(), errors))
    throw InternalError(
        fmt::format("JPEG round trip of a {}x{} image failed: {}", image.width, image.height, errors.text));
  return result;
}

}  // namespace vitrobust::corruptions
