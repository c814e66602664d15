// Pixels against the reference implementations, draw by draw: tests/golden/corruptions/*.py made the figures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/json.h"
#include "core/numpy_random.h"
#include "corruptions/corruption.h"
#include "corruptions/frost_textures.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {
namespace {

const std::string kFolder = VITROBUST_SOURCE_DIR "/tests/golden/corruptions/";

data::Image draw(const Json& golden_case) {
  const auto height = golden_case.at("height").get<int>();
  const auto width = golden_case.at("width").get<int>();
  return golden_case.at("content") == "scene" ? draw_scene(height, width) : draw_texture(height, width);
}

/// The reference's pixels at one severity: a picture of all five, one below the other.
data::Image read_reference(const std::string& path, const data::Image& like, int severity) {
  const cv::Mat stacked = cv::imread(path, cv::IMREAD_COLOR);
  if (stacked.rows != 5 * like.height || stacked.cols != like.width) throw std::runtime_error(path);
  cv::Mat rgb;
  cv::cvtColor(stacked.rowRange((severity - 1) * like.height, severity * like.height), rgb,
               cv::COLOR_BGR2RGB);
  data::Image image(like.height, like.width);
  std::copy(rgb.begin<cv::Vec3b>(), rgb.end<cv::Vec3b>(), reinterpret_cast<cv::Vec3b*>(image.pixels.data()));
  return image;
}

/// What the references read in place of their pictures of ice: read_texture of
/// tests/golden/corruptions/weather.py.
FrostTextures::Images draw_frost_textures() {
  return {draw_scene(600, 900), draw_texture(315, 560), draw_scene(315, 560), draw_texture(350, 527),
          draw_scene(495, 660)};
}

struct Difference {
  int largest = 0;
  /// Of the values, three per pixel.
  double share = 0;
};

Difference difference(const data::Image& a, const data::Image& b) {
  Difference found;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const int by = std::abs(a.pixels[i] - b.pixels[i]);
    found.largest = std::max(found.largest, by);
    found.share += by != 0;
  }
  found.share /= static_cast<double>(a.pixels.size());
  return found;
}

class GoldenPixels : public testing::TestWithParam<CorruptionEntry> {};

TEST_P(GoldenPixels, AreWithinTheLimitOfTheReference) {
  const Json golden = read_json(kFolder + std::string(GetParam().name) + ".json");
  const FrostTextures textures(draw_frost_textures());
  const auto seed = golden.at("seed").get<std::uint32_t>();
  const auto largest = golden.at("limit").at("max_difference").get<int>();
  const auto share = golden.at("limit").at("share").get<double>();
  ASSERT_GE(golden.at("cases").size(), 8U);
  for (const Json& golden_case : golden.at("cases")) {
    const data::Image image = draw(golden_case);
    for (int severity = 1; severity <= 5; ++severity) {
      NumpyLegacySource random(seed);
      const data::Image result = GetParam().apply(
          image, {.severity = severity,
                  .set = find_parameter_set(golden_case.at("set").get<std::string>()).value(),
                  .flavour = find_flavour(golden_case.at("flavour").get<std::string>()).value(),
                  .frost = &textures,
                  .random = random});
      SCOPED_TRACE(testing::Message() << "severity " << severity << " of " << golden_case);
      if (golden_case.contains("sha256")) {
        const auto expected = golden_case.at("sha256").at(static_cast<std::size_t>(severity - 1));
        EXPECT_EQ(pixel_hash(result), expected.get<std::string>());
      } else {
        const auto file = kFolder + golden_case.at("png").get<std::string>();
        const Difference found = difference(result, read_reference(file, image, severity));
        EXPECT_LE(found.largest, largest);
        EXPECT_LE(found.share, share);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, GoldenPixels,
                         testing::ValuesIn(corruption_table().begin(), corruption_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

/// So that a difference of pixels is one of the corruption.
TEST(Golden, BothSidesDrawTheSameImages) {
  const Json images = read_json(kFolder + "images.json");
  ASSERT_FALSE(images.empty());
  for (const Json& entry : images)
    EXPECT_EQ(pixel_hash(draw(entry)), entry.at("sha256").get<std::string>()) << entry;
}

}  // namespace
}  // namespace vitrobust::corruptions
