#include "corruptions/jpeg.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/error.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

double mean_difference(const data::Image& a, const data::Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(int{a.pixels[i]} - int{b.pixels[i]});
  return sum / static_cast<double>(a.pixels.size());
}

TEST(JpegRoundTrip, LosesMoreAtLowerQuality) {
  const data::Image image = draw_scene(96, 96);
  const double fine = mean_difference(jpeg_round_trip(image, 85), image);
  EXPECT_GT(fine, 0);
  EXPECT_LT(fine, 5);
  EXPECT_GT(mean_difference(jpeg_round_trip(image, 10), image), fine);
}

TEST(JpegRoundTrip, SubsamplesChroma) {
  // Red and blue columns alternate: their luma survives, their chroma is averaged over pairs of columns.
  data::Image image(16, 16);
  for (std::size_t pixel = 0; pixel < 256; ++pixel) image.pixels[3 * pixel + (pixel % 2 == 0 ? 0 : 2)] = 255;
  const data::Image result = jpeg_round_trip(image, 100);
  const std::size_t middle = std::size_t{3} * (8 * 16 + 8);
  EXPECT_GT(result.pixels[middle + 2], 64) << "a red pixel has got blue from its neighbour";
}

TEST(JpegRoundTrip, KeepsChannelsInOrder) {
  data::Image image(16, 16);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) image.pixels[i] = 200;
  const data::Image result = jpeg_round_trip(image, 95);
  EXPECT_NEAR(result.pixels[0], 200, 4);
  EXPECT_LE(result.pixels[2], 4);
}

TEST(JpegRoundTrip, RefusesASideThatJpegCannotHold) {
  EXPECT_THROW(jpeg_round_trip(data::Image(1, 70000), 85), InputError);
}

}  // namespace
}  // namespace vitrobust::corruptions
