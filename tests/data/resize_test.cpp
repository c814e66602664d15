#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "data/pillow_resize.h"
#include "data/preprocess.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

Json golden() {
  return read_json(VITROBUST_SOURCE_DIR "/tests/golden/pillow_resize.json");
}

TEST(Resize, EqualsPillowToTheBit) {
  const Json rows = json_get<Json>(golden(), "resize", "pillow_resize.json");
  ASSERT_GE(rows.size(), 100U);
  for (const Json& row : rows) {
    const Image in = noise_image(row.at(1), row.at(2));
    const Image out = resize(in, row.at(3), row.at(4), parse_interpolation(row.at(0)));
    EXPECT_EQ(pixel_hash(out), row.at(5).get<std::string>()) << row.dump();
  }
}

TEST(Resize, KeepsAnImageOfThatSize) {
  const Image image = noise_image(17, 9);
  for (const auto filter : {Interpolation::nearest, Interpolation::box, Interpolation::bilinear,
                            Interpolation::hamming, Interpolation::bicubic, Interpolation::lanczos})
    EXPECT_EQ(resize(image, 17, 9, filter), image) << to_string(filter);
}

TEST(Resize, KeepsAFlatImageFlat) {
  Image image(13, 21);
  for (std::uint8_t& value : image.pixels) value = 201;
  for (const auto filter : {Interpolation::nearest, Interpolation::box, Interpolation::bilinear,
                            Interpolation::hamming, Interpolation::bicubic, Interpolation::lanczos})
    for (const std::uint8_t value : resize(image, 30, 8, filter).pixels)
      ASSERT_EQ(value, 201) << to_string(filter);
}

/// The rectangle of a whole result, for comparison.
Image crop(const Image& image, const Window& window) {
  Image out(window.height, window.width);
  for (int y = 0; y < window.height; ++y)
    for (int x = 0; x < 3 * window.width; ++x)
      out.pixels[static_cast<std::size_t>(y * 3 * window.width + x)] =
          image.pixels[static_cast<std::size_t>((window.top + y) * 3 * image.width + 3 * window.left + x)];
  return out;
}

TEST(ResizeWindow, IsThatPartOfTheWhole) {
  const Image image = noise_image(37, 53);
  const std::vector<std::pair<int, int>> sizes{{20, 31}, {37, 80}, {70, 53}, {90, 120}, {37, 53}};
  for (const auto filter : {Interpolation::nearest, Interpolation::bilinear, Interpolation::lanczos})
    for (const auto& [height, width] : sizes)
      for (const Window& window :
           {Window{0, 0, 1, 1}, Window{3, 5, 11, 17}, Window{height - 7, width - 9, 7, 9}})
        EXPECT_EQ(resize_window(image, height, width, filter, window),
                  crop(resize(image, height, width, filter), window))
            << fmt::format("{} {}x{} at {}, {}", to_string(filter), height, width, window.top, window.left);
}

TEST(ResizeWindow, RefusesAWindowOutside) {
  const Image image = noise_image(4, 4);
  EXPECT_THROW(resize_window(image, 8, 8, Interpolation::box, {5, 0, 4, 4}), InternalError);
  EXPECT_THROW(resize_window(image, 8, 8, Interpolation::box, {0, -1, 4, 4}), InternalError);
  EXPECT_THROW(resize(image, 0, 8, Interpolation::box), InternalError);
  EXPECT_THROW(resize(Image(), 8, 8, Interpolation::box), InternalError);
}

}  // namespace
}  // namespace vitrobust::data
