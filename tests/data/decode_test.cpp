#include "data/decode.h"

#include <gmock/gmock.h>

#include <limits>
#include <opencv2/imgcodecs.hpp>

#include "core/error.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Bytes of an OpenCV image in the format of the extension.
std::string encode_mat(const cv::Mat& image, const std::string& extension) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(extension, image, bytes);
  return {bytes.begin(), bytes.end()};
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

std::vector<int> values(const Image& image) {
  return {image.pixels.begin(), image.pixels.end()};
}

std::string failure_of(std::string_view bytes) {
  try {
    decode_image(bytes, "x.img");
  } catch (const InputError& error) {
    return format_error(error);
  }
  return "no error";
}

TEST(Decode, KeepsRgbInLosslessFormats) {
  const Image image = noise_image(5, 9);
  for (const char* extension : {".png", ".bmp", ".ppm", ".tiff"})
    EXPECT_EQ(decode_image(encode(image, extension), extension), image) << extension;
}

TEST(Decode, RepeatsGrey) {
  const cv::Mat1b grey = (cv::Mat1b(1, 2) << 7, 250);
  for (const char* extension : {".png", ".bmp", ".pgm", ".tiff"})
    EXPECT_THAT(values(decode_image(encode_mat(grey, extension), extension)),
                ElementsAre(7, 7, 7, 250, 250, 250))
        << extension;
}

TEST(Decode, DropsAlphaWithoutBlending) {
  const cv::Mat4b image(1, 1, cv::Vec4b(30, 20, 10, 0));
  EXPECT_THAT(values(decode_image(encode_mat(image, ".png"), "a.png")), ElementsAre(10, 20, 30));
}

TEST(Decode, ClipsGreyOf16BitsAndScalesColour) {
  const cv::Mat1w grey = (cv::Mat1w(1, 3) << 3, 255, 40000);
  EXPECT_THAT(values(decode_image(encode_mat(grey, ".png"), "g.png")),
              ElementsAre(3, 3, 3, 255, 255, 255, 255, 255, 255));
  const cv::Mat3w colour(1, 1, cv::Vec3w(0x1234, 0x56FF, 0xFFFF));
  EXPECT_THAT(values(decode_image(encode_mat(colour, ".png"), "c.png")), ElementsAre(0xFF, 0x56, 0x12));
}

TEST(Decode, ClipsFloatGrey) {
  const cv::Mat1f grey = (cv::Mat1f(1, 4) << -3.0F, 7.9F, 300.0F, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(values(decode_image(encode_mat(grey, ".tiff"), "f.tiff")),
              ElementsAre(0, 0, 0, 7, 7, 7, 255, 255, 255, 0, 0, 0));
}

TEST(Decode, LooksPalettesUp) {
  // Made with Pillow: colours (10, 20, 30) and (200, 150, 100), the first transparent.
  const std::string png = from_hex(
      "89504e470d0a1a0a0000000d4948445200000002000000010103000000ceecedc900000006504c54450a141ec89664d322c462"
      "00000002"
      "74524e5300809b2b4e180000000a4944415478da637000000042004184bf8e620000000049454e44ae426082");
  EXPECT_THAT(values(decode_image(png, "p.png")), ElementsAre(10, 20, 30, 200, 150, 100));
}

TEST(Decode, InvertsAdobeCmyk) {
  // Made with Pillow from a flat (200, 100, 50, 30), which it reads as RGB (49, 137, 181).
  const std::string jpeg = from_hex(
      "ffd8ffee000e41646f626500640000000000ffdb0043000302020302020303030304030304050805050404050a070706080c0a"
      "0c0c0b0a"
      "0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc000140800080008044311004d1100591100"
      "4b1100ff"
      "c400160001010100000000000000000000000000080709ffc40014100100000000000000000000000000000000ffda000e0443"
      "004d0059"
      "004b00003f001e29066b40dfffd9");
  const Image image = decode_image(jpeg, "cmyk.jpg");
  ASSERT_EQ(image.pixels.size(), 8U * 8U * 3U);
  EXPECT_NEAR(image.pixels[0], 49, 2);
  EXPECT_NEAR(image.pixels[1], 137, 2);
  EXPECT_NEAR(image.pixels[2], 181, 2);
}

TEST(Decode, IgnoresExifOrientation) {
  const std::string jpeg = encode(noise_image(8, 24), ".jpg");
  // Behind the start marker: an APP1 segment with a TIFF directory whose one entry is orientation 6.
  const std::string exif = from_hex(
      "ffe10022457869660000"
      "4d4d002a00000008"
      "0001"
      "011200030000000100060000"
      "00000000");
  const Image turned = decode_image(jpeg.substr(0, 2) + exif + jpeg.substr(2), "exif.jpg");
  EXPECT_EQ(turned, decode_image(jpeg, "plain.jpg"));
  EXPECT_EQ(turned.width, 24);
}

TEST(Decode, RefusesABombBeforeAnythingIsAllocated) {
  std::string png = encode(noise_image(1, 1), ".png");
  png.replace(16, 8, from_hex("000186a0000186a0"));
  EXPECT_EQ(failure_of(png), "error: x.img: announces 100000x100000 pixels, more than 178956970");
}

TEST(Decode, RefusesWhatIsNoImage) {
  for (const char* text : {"", "hello", "GIF89a", "P", "\xFF\xD8\xFF", "BM", "RIFF....WEBP"})
    EXPECT_THAT(failure_of(text), HasSubstr("is not an image in a known format")) << text;
}

TEST(Decode, RefusesTruncatedImages) {
  for (const char* extension : {".png", ".jpg", ".bmp", ".ppm", ".tiff", ".webp"}) {
    const std::string whole = encode(noise_image(64, 64), extension);
    EXPECT_NE(failure_of(std::string_view(whole).substr(0, whole.size() / 2)), "no error") << extension;
  }
}

TEST(Decode, SaysThatATruncatedJpegIsOne) {
  const std::string whole = encode(noise_image(64, 64), ".jpg");
  EXPECT_THAT(failure_of(std::string_view(whole).substr(0, whole.size() - 2)), HasSubstr("no end marker"));
}

TEST(Decode, RefusesUnusualMaxima) {
  EXPECT_THAT(failure_of("P5\n# a comment\n2 1\n15\n\x01\x0F"), HasSubstr("has values up to 15"));
  EXPECT_EQ(values(decode_image("P5\n# a comment\n2 1\n255\n\x01\x0F", "x.pgm")),
            (std::vector<int>{1, 1, 1, 15, 15, 15}));
}

TEST(Decode, RefusesTransparentTiffs) {
  const cv::Mat4b image(2, 2, cv::Vec4b(200, 100, 50, 128));
  EXPECT_THAT(failure_of(encode_mat(image, ".tiff")), HasSubstr("is a TIFF with transparency"));
  const cv::Mat4b opaque(1, 1, cv::Vec4b(200, 100, 50, 255));
  EXPECT_THAT(values(decode_image(encode_mat(opaque, ".tiff"), "opaque.tiff")), ElementsAre(50, 100, 200));
}

}  // namespace
}  // namespace vitrobust::data
