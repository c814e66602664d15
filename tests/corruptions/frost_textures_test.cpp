#include "corruptions/frost_textures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "corruptions/frost_drawing.h"
#include "tests/corruptions/test_images.h"
#include "tests/temporary_folder.h"

namespace vitrobust::corruptions {
namespace {

constexpr std::pair<int, int> kSizes[] = {{600, 900}, {315, 560}, {315, 560}, {350, 527}, {495, 660}};

FrostTextures::Images plain_textures() {
  FrostTextures::Images images;
  for (std::size_t i = 0; i < images.size(); ++i)
    images[i] = draw_flat(kSizes[i].first, kSizes[i].second, static_cast<std::uint8_t>(40 * (i + 1)));
  return images;
}

double mean(const data::Image& image) {
  double sum = 0;
  for (const std::uint8_t value : image.pixels) sum += value;
  return sum / static_cast<double>(image.pixels.size());
}

class FrostFolder : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"frost1.png", "frost2.png", "frost3.png", "frost4.jpg", "frost5.jpg"})
      cv::imwrite((folder_ / name).string(), cv::Mat(20, 30, CV_8UC3, cv::Scalar(200, 100, 50)));
  }

  const tests::TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
};

TEST_F(FrostFolder, IsReadAsRgb) {
  // An alpha channel is dropped.
  cv::imwrite((folder_ / "frost1.png").string(), cv::Mat(20, 30, CV_8UC4, cv::Scalar(200, 100, 50, 7)));
  const FrostTextures textures(folder_);
  EXPECT_FALSE(textures.procedural());
  for (const std::size_t index : {0U, 1U}) {
    const data::Image& texture = textures.at_size(index, FrostTextures::Size::native);
    EXPECT_EQ(texture.height, 20);
    EXPECT_EQ(texture.width, 30);
    EXPECT_EQ(texture.pixels[0], 50);
    EXPECT_EQ(texture.pixels[1], 100);
    EXPECT_EQ(texture.pixels[2], 200);
  }
}

TEST_F(FrostFolder, AMissingFileIsNamed) {
  std::filesystem::remove(folder_ / "frost4.jpg");
  try {
    const FrostTextures textures(folder_);
    FAIL() << "nothing thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::EndsWith("frost4.jpg: no such file"));
    EXPECT_THAT(error.hint(), testing::HasSubstr("frost5.jpg"));
  }
}

TEST_F(FrostFolder, AFileThatIsNoPictureIsNamed) {
  std::ofstream(folder_ / "frost2.png") << "ice";
  try {
    const FrostTextures textures(folder_);
    FAIL() << "nothing thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("frost2.png: not a picture"));
  }
}

TEST(FrostTextures, RefusesAnEmptyImage) {
  FrostTextures::Images images = plain_textures();
  images[3] = {};
  EXPECT_THROW(FrostTextures{std::move(images)}, InternalError);
}

TEST(FrostTextures, UsualSizesAreTheReferences) {
  const FrostTextures textures(plain_textures());
  const auto size = [&textures](std::size_t index, FrostTextures::Size at) {
    const data::Image& image = textures.at_size(index, at);
    EXPECT_NEAR(mean(image), 40 * (static_cast<double>(index) + 1), 1e-9);
    return std::pair(image.height, image.width);
  };
  EXPECT_EQ(size(0, FrostTextures::Size::native), std::pair(600, 900));
  EXPECT_EQ(size(0, FrostTextures::Size::fifth), std::pair(120, 180));
  EXPECT_EQ(size(4, FrostTextures::Size::three_tenths), std::pair(148, 198)) << "148.5 goes to the even one";
  EXPECT_EQ(size(0, FrostTextures::Size::eleven_tenths), std::pair(660, 991))
      << "the ceiling of 900 * 1.1 in double precision";
}

TEST(FrostTextures, AnyTextureSizeWorks) {
  FrostTextures::Images images;
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = draw_flat(1, static_cast<int>(i) + 1, 9);
  const FrostTextures textures(std::move(images));
  for (std::size_t i = 0; i < FrostTextures::kCount; ++i) {
    for (const auto size : {FrostTextures::Size::native, FrostTextures::Size::fifth,
                            FrostTextures::Size::three_tenths, FrostTextures::Size::eleven_tenths})
      EXPECT_EQ(textures.at_size(i, size).pixels.at(0), 9);
  }
}

TEST(ProceduralFrost, LooksLikeFrostToAHistogram) {
  const FrostTextures& textures = FrostTextures::procedural_ones();
  EXPECT_TRUE(textures.procedural());
  std::set<std::string> hashes;
  for (std::size_t i = 0; i < FrostTextures::kCount; ++i) {
    const data::Image& texture = textures.at_size(i, FrostTextures::Size::native);
    EXPECT_EQ(std::pair(texture.height, texture.width), kSizes[i]);
    EXPECT_GT(mean(texture), 90) << i;
    EXPECT_LT(mean(texture), 120) << i;
    // A dark pane, bright needles.
    EXPECT_LT(*std::min_element(texture.pixels.begin(), texture.pixels.end()), 60) << i;
    EXPECT_GT(*std::max_element(texture.pixels.begin(), texture.pixels.end()), 220) << i;
    hashes.insert(pixel_hash(texture));
  }
  EXPECT_EQ(hashes.size(), FrostTextures::kCount);
}

TEST(ProceduralFrost, IsTheSameAtEveryCall) {
  EXPECT_EQ(draw_frost(), draw_frost());
}

TEST(Frost, TakesEveryTextureEquallyOften) {
  // The texture tells its index by its level: black image, weight 0.4 at severity 1.
  const FrostTextures textures(plain_textures());
  std::array<int, FrostTextures::kCount> counts{};
  constexpr int kDraws = 1000;
  for (std::uint64_t sample = 0; sample < kDraws; ++sample) {
    PhiloxSource random({.seed = 3, .condition = "corruption/frost/1", .sample_id = sample, .restart = 0});
    const data::Image result =
        find_corruption("frost")->apply(data::Image(8, 8), {.severity = 1,
                                                            .set = ParameterSet::imagenet,
                                                            .flavour = Flavour::hendrycks,
                                                            .frost = &textures,
                                                            .random = random});
    ++counts.at(result.pixels[0] / 16U - 1);
  }
  for (const int count : counts) EXPECT_NEAR(count, kDraws / 5, 4 * std::sqrt(kDraws * .2 * .8));
}

TEST(Frost, ScalesOnceForAllThreads) {
  const FrostTextures textures(plain_textures());
  std::array<const data::Image*, 8> seen{};
  {
    std::vector<std::jthread> threads;
    for (auto& pointer : seen)
      threads.emplace_back([&] { pointer = &textures.at_size(4, FrostTextures::Size::eleven_tenths); });
  }
  for (const data::Image* pointer : seen) EXPECT_EQ(pointer, seen[0]);
}

}  // namespace
}  // namespace vitrobust::corruptions
