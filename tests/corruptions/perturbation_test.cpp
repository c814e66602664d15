// What every sequence promises, what single ones are by definition, and their frames against the reference.
#include "corruptions/perturbation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "core/error.h"
#include "core/json.h"
#include "core/numpy_random.h"
#include "core/sha256.h"
#include "tests/corruptions/test_images.h"

namespace vitrobust::corruptions {

void PrintTo(const PerturbationEntry& entry, std::ostream* out) {
  *out << entry.name;
}

namespace {

struct Options {
  ParameterSet set = ParameterSet::imagenet;
  int difficulty = 1;
  int crop = 0;
  std::uint64_t sample_id = 0;
};

std::vector<data::Image> make(const PerturbationEntry& entry, const data::Image& image,
                              const Options& options = {}) {
  PhiloxSource random(
      {.seed = 7, .condition = "perturbation/test", .sample_id = options.sample_id, .restart = 0});
  return entry.make(
      image, {.set = options.set, .difficulty = options.difficulty, .crop = options.crop, .random = random});
}

std::vector<data::Image> make(std::string_view name, const data::Image& image, const Options& options = {}) {
  return make(*find_perturbation(name), image, options);
}

std::size_t frame_count(std::string_view name, ParameterSet set) {
  if (name == "translate") return set == ParameterSet::cifar ? 16 : 41;
  if (name == "motion_blur" && set == ParameterSet::cifar) return 21;
  return 31;
}

double mean_difference(const data::Image& a, const data::Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

class EveryPerturbation : public testing::TestWithParam<PerturbationEntry> {};

TEST_P(EveryPerturbation, HasItsFramesAtEverySizeAndLeavesItsInputAlone) {
  const std::pair<int, int> sizes[] = {{1, 1}, {1, 7}, {2, 1}, {3, 3}, {5, 64}, {32, 32}, {37, 53}};
  for (const auto& [height, width] : sizes) {
    const data::Image image = draw_scene(height, width);
    const data::Image before = image;
    for (const ParameterSet set : {ParameterSet::imagenet, ParameterSet::cifar}) {
      for (const int difficulty : {1, 3}) {
        const auto frames = make(GetParam(), image, {.set = set, .difficulty = difficulty});
        ASSERT_EQ(frames.size(), frame_count(GetParam().name, set));
        ASSERT_EQ(frames.size(), static_cast<std::size_t>(GetParam().frames(set)));
        for (const data::Image& frame : frames) {
          EXPECT_EQ(frame.height, height);
          EXPECT_EQ(frame.width, width);
          EXPECT_EQ(frame.pixels.size(), image.pixels.size());
        }
        EXPECT_EQ(image, before);
      }
    }
  }
}

TEST_P(EveryPerturbation, ShowsTheCentreWhenCropped) {
  const data::Image image = draw_texture(40, 53);
  for (const data::Image& frame : make(GetParam(), image, {.crop = 32})) {
    EXPECT_EQ(frame.height, 32);
    EXPECT_EQ(frame.width, 32);
  }
  const data::Image frame = make(GetParam(), image, {.crop = 45}).front();
  EXPECT_EQ(frame.height, 40);
  EXPECT_EQ(frame.width, 45);
}

TEST_P(EveryPerturbation, IsAFunctionOfImageAndKey) {
  const data::Image image = draw_scene(40, 32);
  EXPECT_EQ(make(GetParam(), image, {.sample_id = 3}), make(GetParam(), image, {.sample_id = 3}));
  const bool random = GetParam().compared_with_first || GetParam().name == "snow";
  EXPECT_EQ(make(GetParam(), image, {.sample_id = 3}) != make(GetParam(), image, {.sample_id = 4}), random);
}

TEST_P(EveryPerturbation, HasNoTwoEqualFrames) {
  // Large enough that a step of the slowest, zoom_blur, shows.
  const auto frames = make(GetParam(), draw_texture(96, 96));
  std::set<std::string> hashes;
  for (const data::Image& frame : frames) hashes.insert(pixel_hash(frame));
  EXPECT_EQ(hashes.size(), frames.size());
}

TEST_P(EveryPerturbation, MovesAwayFromWhereItIs) {
  if (GetParam().compared_with_first) GTEST_SKIP() << "noise does not move";
  const auto frames = make(GetParam(), draw_scene(64, 64));
  const double near = mean_difference(frames[15], frames[16]);
  const double far = mean_difference(frames[15], frames[25]);
  EXPECT_LT(near, far);
}

TEST_P(EveryPerturbation, OnlyNoiseDependsOnTheDifficulty) {
  const data::Image image = draw_scene(32, 32);
  for (const ParameterSet set : {ParameterSet::imagenet, ParameterSet::cifar}) {
    std::vector<std::vector<data::Image>> by_difficulty;
    for (int difficulty = 1; difficulty <= 3; ++difficulty)
      by_difficulty.push_back(make(GetParam(), image, {.set = set, .difficulty = difficulty}));
    if (!GetParam().compared_with_first) {
      EXPECT_EQ(by_difficulty[0], by_difficulty[1]);
      EXPECT_EQ(by_difficulty[0], by_difficulty[2]);
      continue;
    }
    EXPECT_EQ(by_difficulty[2].front(), image);
    EXPECT_LT(mean_difference(image, by_difficulty[0][1]), mean_difference(image, by_difficulty[1][1]));
    EXPECT_LT(mean_difference(image, by_difficulty[1][1]), mean_difference(image, by_difficulty[2][1]));
  }
}

TEST_P(EveryPerturbation, RefusesWhatDoesNotExist) {
  for (const int difficulty : {-1, 0, 4})
    EXPECT_THROW(make(GetParam(), draw_flat(8, 8, 9), {.difficulty = difficulty}), InternalError);
  EXPECT_THROW(make(GetParam(), draw_flat(8, 8, 9), {.crop = -1}), InternalError);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryPerturbation,
                         testing::ValuesIn(perturbation_table().begin(), perturbation_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(PerturbationTable, HasTheTenOfThePaper) {
  std::set<std::string_view> names;
  for (const PerturbationEntry& entry : perturbation_table()) {
    names.insert(entry.name);
    EXPECT_EQ(find_perturbation(entry.name), &entry);
    EXPECT_EQ(entry.compared_with_first, entry.group == "noise");
    EXPECT_FALSE(entry.help.empty());
  }
  EXPECT_EQ(names.size(), 10U);
  EXPECT_EQ(find_perturbation("fog"), nullptr);
}

TEST(Perturbation, SomeFramesAreTheImageItself) {
  const data::Image image = draw_scene(48, 61);
  for (const ParameterSet set : {ParameterSet::imagenet, ParameterSet::cifar}) {
    const bool cifar = set == ParameterSet::cifar;
    const auto frames = [&](std::string_view name) { return make(name, image, {.set = set}); };
    EXPECT_EQ(frames("gaussian_noise")[0], image);
    EXPECT_EQ(frames("shot_noise")[0], image);
    EXPECT_EQ(frames("zoom_blur")[0], image);
    EXPECT_EQ(frames("translate")[cifar ? 7 : 20], image);
    EXPECT_EQ(frames("rotate")[15], image);
    EXPECT_EQ(frames("scale")[cifar ? 15 : 24], image);
    // Through HSV and back by truncation, a level may be lost.
    EXPECT_LT(mean_difference(frames("brightness")[15], image), 1);
    // The reference shrinks by diagonal / (diagonal + 1) in every frame, by less than half a pixel here.
    const auto tilted = frames("tilt");
    for (const std::size_t i : {0U, 30U})
      EXPECT_LT(mean_difference(tilted[15], image), mean_difference(tilted[i], image));
  }
}

TEST(Perturbation, BrightnessRisesByTwoPercentAFrame) {
  const auto grey = make("brightness", draw_flat(2, 2, 100));
  for (int i = 0; i < 31; ++i) {
    const double level = 100 + 255 * 0.02 * (i - 15);
    EXPECT_NEAR(grey[static_cast<std::size_t>(i)].pixels[0], level, 1.01) << i;
  }
}

TEST(Perturbation, TranslateMovesToTheRightWithBlackBehind) {
  const data::Image image = draw_flat(3, 30, 200);
  const auto frames = make("translate", image);
  for (int i = 0; i < 41; ++i) {
    const int right = i - 20;
    for (int x = 0; x < 30; ++x) {
      const bool black = x < right || x >= 30 + right;
      EXPECT_EQ(frames[static_cast<std::size_t>(i)].pixels[static_cast<std::size_t>(x) * 3], black ? 0 : 200);
    }
  }
}

TEST(Perturbation, AFlatImageStaysFlatUnderBlurs) {
  const data::Image image = draw_flat(20, 20, 77);
  for (const data::Image& frame : make("motion_blur", image)) EXPECT_LE(mean_difference(frame, image), 1);
  // Float32 means and truncation lose a level at most.
  for (const data::Image& frame : make("zoom_blur", image)) EXPECT_LE(mean_difference(frame, image), 1);
}

/// The same statement for every frame: sample standard deviation of 3·n normals, known to 1/sqrt(6n).
TEST(Perturbation, GaussianNoiseHasItsStandardDeviation) {
  constexpr int kSide = 100;
  const data::Image image = draw_flat(kSide, kSide, 128);
  const double sigmas[2][3] = {{.03, .05, .08}, {.02, .04, .06}};
  for (const ParameterSet set : {ParameterSet::imagenet, ParameterSet::cifar}) {
    for (int difficulty = 1; difficulty <= 3; ++difficulty) {
      const double sigma = 255 * sigmas[set == ParameterSet::cifar ? 1 : 0][difficulty - 1];
      const auto frames = make("gaussian_noise", image, {.set = set, .difficulty = difficulty});
      double sum = 0;
      double squares = 0;
      for (const std::uint8_t value : frames[30].pixels) {
        sum += value;
        squares += value * value;
      }
      const auto n = static_cast<double>(image.pixels.size());
      const double mean = sum / n;
      // Truncation lowers the mean by half a level and adds the variance of a uniform, 1/12.
      EXPECT_NEAR(mean, 127.5, 5 * sigma / std::sqrt(n));
      const double deviation = std::sqrt(squares / n - mean * mean);
      EXPECT_NEAR(deviation, std::sqrt(sigma * sigma + 1.0 / 12), 5 * sigma / std::sqrt(2 * n));
    }
  }
}

/// tests/golden/corruptions/perturbations.py made the hashes, of all frames in order.
TEST(Perturbation, EveryPixelIsTheReferences) {
  const std::string path = VITROBUST_SOURCE_DIR "/tests/golden/corruptions/perturbations.json";
  const Json golden = read_json(path);
  ASSERT_GE(golden.at("cases").size(), 40U);
  for (const Json& one : golden.at("cases")) {
    NumpyLegacySource random(golden.at("seed").get<std::uint32_t>());
    const auto height = one.at("height").get<int>();
    const auto width = one.at("width").get<int>();
    const auto frames =
        find_perturbation(one.at("perturbation").get<std::string>())
            ->make(one.at("content") == "scene" ? draw_scene(height, width) : draw_texture(height, width),
                   {.set = find_parameter_set(one.at("set").get<std::string>()).value(),
                    .difficulty = one.at("difficulty").get<int>(),
                    .crop = one.at("crop").get<int>(),
                    .random = random});
    ASSERT_EQ(frames.size(), one.at("frames").get<std::size_t>()) << one;
    Sha256 hash;
    for (const data::Image& frame : frames) hash.update(frame.pixels);
    EXPECT_EQ(hash.hex(), one.at("sha256").get<std::string>()) << one;
  }
}

}  // namespace
}  // namespace vitrobust::corruptions
