#include "data/image_header.h"

#include <gtest/gtest.h>

#include "test_files.h"

namespace vitrobust::data {
namespace {

using namespace std::string_view_literals;

TEST(ImageHeader, ReadsTheSizeOfEveryFormat) {
  const Image image = noise_image(13, 300);
  const std::vector<std::pair<std::string, ImageFormat>> formats{
      {".jpg", ImageFormat::jpeg},   {".png", ImageFormat::png},   {".bmp", ImageFormat::bmp},
      {".ppm", ImageFormat::netpbm}, {".tiff", ImageFormat::tiff}, {".webp", ImageFormat::webp}};
  for (const auto& [extension, format] : formats) {
    const auto header = read_image_header(encode(image, extension));
    ASSERT_TRUE(header) << extension;
    EXPECT_EQ(header->format, format) << extension;
    EXPECT_EQ(header->width, 300U) << extension;
    EXPECT_EQ(header->height, 13U) << extension;
  }
}

// Under the address sanitizer this finds any read past the end.
TEST(ImageHeader, SurvivesEveryPrefix) {
  for (const char* extension : {".jpg", ".png", ".bmp", ".ppm", ".tiff", ".webp"}) {
    const std::string whole = encode(noise_image(3, 5), extension);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::vector<char> prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string_view bytes(prefix.data(), prefix.size());
      const auto header = read_image_header(bytes);
      if (header) {
        EXPECT_EQ(header->width * header->height, 15U) << extension << " cut to " << length;
      }
      EXPECT_FALSE(jpeg_is_complete(bytes)) << extension << " cut to " << length;
    }
  }
}

TEST(ImageHeader, ReadsTopDownBitmaps) {
  std::string bmp = encode(noise_image(6, 4), ".bmp");
  bmp.replace(22, 4, "\xFA\xFF\xFF\xFF"sv);  // Height -6.
  EXPECT_EQ(read_image_header(bmp)->height, 6U);
}

TEST(ImageHeader, ReadsLosslessAndExtendedWebp) {
  // VP8L: 14 bits each of width - 1 and height - 1 behind the signature byte.
  EXPECT_EQ(read_image_header("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x04\x80\x02\x00"sv)->width, 5U);
  EXPECT_EQ(read_image_header("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x04\x80\x02\x00"sv)->height, 11U);
  EXPECT_EQ(read_image_header("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xFF\xFF\0\x09\0\0"sv)->width, 65536U);
  EXPECT_EQ(read_image_header("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xFF\xFF\0\x09\0\0"sv)->height, 10U);
}

TEST(ImageHeader, RefusesEmptyAndForgedSizes) {
  EXPECT_FALSE(read_image_header("P6\n0 5\n255\n"));
  EXPECT_FALSE(read_image_header("P6\n99999999999999999999 5\n255\n"));
  EXPECT_FALSE(read_image_header("P6\n5 5\n"));
  EXPECT_FALSE(read_image_header("II*\0\xFF\xFF\xFF\xFF"sv));
  EXPECT_FALSE(read_image_header("\xFF\xD8\xFF\xFF\xFF\xFF"sv));
}

}  // namespace
}  // namespace vitrobust::data
