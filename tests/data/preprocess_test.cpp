#include "data/preprocess.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/json.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

PreprocessConfig config_of(const Json& row) {
  PreprocessConfig config;
  config.height = row.at("input").at(0);
  config.width = row.at("input").at(1);
  config.crop_pct = row.at("crop_pct");
  config.crop_mode = parse_crop_mode(row.at("crop_mode"));
  config.interpolation = parse_interpolation(row.at("interpolation"));
  if (!row.at("resize").is_null()) config.resize = row.at("resize").get<int>();
  return config;
}

TEST(Preprocess, EqualsTimmAndTorchvisionToTheBit) {
  const Json golden = read_json(VITROBUST_SOURCE_DIR "/tests/golden/pillow_resize.json");
  const Json rows = json_get<Json>(golden, "preprocess", "pillow_resize.json");
  ASSERT_GE(rows.size(), 100U);
  for (const Json& row : rows) {
    const PreprocessConfig config = config_of(row);
    const Image out = preprocess(noise_image(row.at("image").at(0), row.at("image").at(1)), config, true);
    EXPECT_EQ(out.height, config.height);
    EXPECT_EQ(out.width, config.width);
    EXPECT_EQ(pixel_hash(out), row.at("hash").get<std::string>()) << row.dump();
  }
}

TEST(Preprocess, LeavesArraysOfTheModelsSizeAlone) {
  const Image image = noise_image(32, 32);
  EXPECT_EQ(preprocess(image, {.height = 32, .width = 32}, false), image);
}

TEST(Preprocess, ResizesOtherArraysWithoutCropping) {
  const Image image = noise_image(28, 40);
  const PreprocessConfig config{
      .height = 32, .width = 24, .crop_pct = 0.5, .interpolation = Interpolation::bilinear};
  EXPECT_EQ(preprocess(image, config, false), resize(image, 32, 24, Interpolation::bilinear));
}

TEST(Preprocess, FillsTheBorderWithTheMean) {
  const PreprocessConfig config{
      .height = 8, .width = 8, .crop_pct = 1.0, .crop_mode = CropMode::border, .mean = {0.5, 0.0, 1.0}};
  const Image out = preprocess(Image(4, 8), config, true);
  EXPECT_THAT(std::vector<int>(out.pixels.begin(), out.pixels.begin() + 3), ElementsAre(128, 0, 255));
  const std::size_t middle = 4 * 8 * 3;
  EXPECT_EQ(out.pixels[middle], 0);
}

TEST(Preprocess, CropsALongImageWithoutMakingItAll) {
  // Resized whole it would have 256 x 4,096,000 pixels.
  const Image out = preprocess(Image(1, 16000), {}, true);
  EXPECT_EQ(out, Image(224, 224));
}

TEST(Preprocess, RefusesAnImageBeyondAllProportion) {
  EXPECT_THROW(preprocess(Image(1, 5'000'000), {}, true), InputError);
}

TEST(PreprocessUncropped, HasThePreprocessedImageInItsCentre) {
  const PreprocessConfig config{.height = 24, .width = 24, .crop_pct = 0.75};
  for (const auto& [height, width] : {std::pair{50, 70}, {71, 33}, {24, 24}}) {
    const Image image = noise_image(height, width);
    const Image whole = preprocess_uncropped(image, config, true);
    EXPECT_EQ(std::min(whole.height, whole.width), 32);
    const Image centre = preprocess(image, config, true);
    const int top = static_cast<int>(std::nearbyint((whole.height - 24) / 2.0));
    const int left = static_cast<int>(std::nearbyint((whole.width - 24) / 2.0));
    for (int y = 0; y < 24; ++y)
      for (int i = 0; i < 3 * 24; ++i)
        ASSERT_EQ(centre.pixels[static_cast<std::size_t>(3 * 24 * y + i)],
                  whole.pixels[static_cast<std::size_t>(3 * (whole.width * (top + y) + left) + i)]);
  }
}

TEST(PreprocessUncropped, IsThePreprocessedImageWhereNothingIsCropped) {
  const Image image = noise_image(20, 30);
  EXPECT_EQ(preprocess_uncropped(image, {.height = 24, .width = 24}, false),
            preprocess(image, {.height = 24, .width = 24}, false));
  const PreprocessConfig border{.height = 24, .width = 24, .crop_pct = 1.0, .crop_mode = CropMode::border};
  EXPECT_EQ(preprocess_uncropped(image, border, true), preprocess(image, border, true));
}

TEST(PreprocessUncropped, RefusesALongImageOfWhichItWouldKeepEverything) {
  EXPECT_THROW(preprocess_uncropped(Image(1, 16000), {}, true), InputError);
}

TEST(PreprocessConfig, DefaultsAreSound) {
  EXPECT_THAT(PreprocessConfig().validate(), IsEmpty());
}

TEST(PreprocessConfig, ReportsEveryProblemAtOnce) {
  const PreprocessConfig config{.height = 0,
                                .crop_pct = 1.5,
                                .resize = -3,
                                .mean = {std::numeric_limits<double>::quiet_NaN(), 0.5, 0.5},
                                .std = {0.5, 0.0, 0.5}};
  EXPECT_THAT(
      config.validate(),
      UnorderedElementsAre("input size must be in [1, 16384] on both sides, got 0x224",
                           "crop_pct must be in (0, 1], got 1.5", "resize must be in [1, 16384], got -3",
                           "mean must be finite", "std must be positive, got 0"));
}

TEST(PreprocessConfig, RefusesACropOfNextToNothing) {
  EXPECT_THAT(PreprocessConfig{.crop_pct = 0.001}.validate(),
              ElementsAre("crop_pct 0.001 would resize to more than 16384 pixels before the crop"));
}

TEST(PreprocessConfig, WritesEveryField) {
  PreprocessConfig config{.height = 32, .width = 48, .crop_pct = 0.9, .crop_mode = CropMode::squash};
  EXPECT_EQ(config.to_json().dump(),
            R"({"height":32,"width":48,"crop_pct":0.9,"crop_mode":"squash","interpolation":"bicubic",)"
            R"("resize":null,"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]})");
  config.resize = 40;
  EXPECT_EQ(config.to_json().at("resize"), 40);
}

TEST(PreprocessConfig, NamesRoundTrip) {
  for (const char* name : {"center", "squash", "border"}) EXPECT_EQ(to_string(parse_crop_mode(name)), name);
  for (const char* name : {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"})
    EXPECT_EQ(to_string(parse_interpolation(name)), name);
}

TEST(PreprocessConfig, UnknownNamesGetAHint) {
  try {
    parse_interpolation("bicubik");
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "unknown interpolation 'bicubik'");
    EXPECT_THAT(error.hint(), HasSubstr("'bicubic'"));
  }
  EXPECT_THROW(parse_crop_mode("centre crop"), UsageError);
}

}  // namespace
}  // namespace vitrobust::data
