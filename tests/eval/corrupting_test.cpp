#include <gmock/gmock.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "corruptions/jpeg.h"
#include "data/dataset.h"
#include "eval/cli/commands.h"
#include "eval/cli/corruption_settings.h"
#include "eval/contact_sheet.h"
#include "eval/image_output.h"
#include "tests/temporary_folder.h"

namespace vitrobust::eval {
namespace {

using testing::HasSubstr;
using tests::TemporaryFolder;

PlannedCorruption planned(const std::string& text) {
  return plan_corruption(parse_condition(text).stages.at(0)).value();
}

data::Image glyph(std::uint64_t id) {
  return data::open_dataset("glyphs")->load(id);
}

data::Image read_png(const std::string& path) {
  const cv::Mat bgr = cv::imread(path, cv::IMREAD_COLOR);
  data::Image image(bgr.rows, bgr.cols);
  for (int i = 0; i < bgr.rows * bgr.cols; ++i)
    for (int c = 0; c < 3; ++c)
      image.pixels[static_cast<std::size_t>(3 * i + c)] =
          bgr.at<cv::Vec3b>(i / bgr.cols, i % bgr.cols)[2 - c];
  return image;
}

TEST(PlanCorruption, FillsInAndRefuses) {
  const PlannedCorruption noise = planned("gaussian_noise:severity=3");
  EXPECT_EQ(noise.severity, 3);
  EXPECT_EQ(noise.stream, "corruption/gaussian_noise/3");
  EXPECT_EQ(noise.parameters, Json({{"severity", 3}}));
  EXPECT_FALSE(plan_corruption(parse_condition("fgsm:eps=1/255").stages.at(0)));
  EXPECT_THROW(planned("gaussian_noise:severity=6"), UsageError);
  EXPECT_THROW(planned("gaussian_noise"), UsageError);
}

TEST(RequireParameters, NamesTheSetsThatThereAre) {
  const PlannedCorruption rings = planned("cocentric_sine_waves:severity=1");
  EXPECT_NO_THROW(require_parameters(rings, {.parameter_set = corruptions::ParameterSet::imagenet}));
  EXPECT_NO_THROW(
      require_parameters(rings, {.parameter_set = corruptions::ParameterSet::cifar, .ready_made = true}));
  const CorruptionSettings cifar{.parameter_set = corruptions::ParameterSet::cifar};
  try {
    require_parameters(rings, cifar);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'cocentric_sine_waves' has no parameters for the set 'cifar'"));
    EXPECT_EQ(error.hint(), "--params imagenet");
  }
  EXPECT_THROW(corrupt(glyph(0), rings, cifar, 1, 5), UsageError);
}

TEST(Corrupt, PhiloxDependsOnTheSampleAndNumpyOnTheSeedAlone) {
  const PlannedCorruption noise = planned("gaussian_noise:severity=1");
  const data::Image image = glyph(0);
  const CorruptionSettings philox{.parameter_set = corruptions::ParameterSet::cifar};
  EXPECT_EQ(corrupt(image, noise, philox, 1, 5), corrupt(image, noise, philox, 1, 5));
  EXPECT_NE(corrupt(image, noise, philox, 1, 5), corrupt(image, noise, philox, 1, 6));
  EXPECT_NE(corrupt(image, noise, philox, 1, 5), corrupt(image, noise, philox, 2, 5));
  CorruptionSettings numpy = philox;
  numpy.random = RandomKind::numpy;
  EXPECT_EQ(corrupt(image, noise, numpy, 1, 5), corrupt(image, noise, numpy, 1, 6));
  EXPECT_NE(corrupt(image, noise, numpy, 1, 5), corrupt(image, noise, numpy, 2, 5));
}

TEST(Corrupt, PublishedIsTheJpegOfMemory) {
  const PlannedCorruption noise = planned("gaussian_noise:severity=1");
  const CorruptionSettings memory;
  CorruptionSettings published;
  published.protocol = Protocol::published;
  EXPECT_EQ(corrupt(glyph(3), noise, published, 0, 3),
            corruptions::jpeg_round_trip(corrupt(glyph(3), noise, memory, 0, 3), 85));
}

TEST(CorruptionSettings, ParametersFollowTheSizeUnlessSaidOtherwise) {
  EXPECT_EQ(corruption_settings({}, 32, 32).to_json(), Json({{"source", "computed"},
                                                             {"parameter_set", "cifar"},
                                                             {"flavour", "hendrycks"},
                                                             {"protocol", "memory"},
                                                             {"rng", "philox"},
                                                             {"frost", "procedural"}}));
  EXPECT_EQ(corruption_settings({.params = "tiny"}, 32, 32).to_json().at("parameter_set"), "tiny");
  EXPECT_EQ(corruption_settings({.flavour = "imagecorruptions"}, 32, 32).to_json().at("parameter_set"),
            "imagenet");
  EXPECT_THAT(CorruptionOptions{.rng = "pcg"}.problems(0),
              testing::ElementsAre(HasSubstr("--rng pcg is none of philox, numpy")));
  EXPECT_THAT((CorruptionOptions{.flavour = "imagecorruptions", .params = "cifar"}.problems(0)),
              testing::ElementsAre(HasSubstr("--params cifar")));
  EXPECT_THAT(CorruptionOptions{.rng = "numpy"}.problems(std::int64_t{1} << 32),
              testing::ElementsAre(HasSubstr("--seed")));
}

TEST(RelativeFileName, NeverLeadsOutOfTheFolder) {
  EXPECT_EQ(relative_file_name("n01/a.JPEG"), "n01/a.JPEG");
  EXPECT_EQ(relative_file_name("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(relative_file_name("../../x/./y.png"), "x/y.png");
  EXPECT_EQ(relative_file_name(".."), "unnamed");
  EXPECT_EQ(relative_file_name(""), "unnamed");
}

TEST(ByteArrayFile, IsAnNpyOfBytes) {
  const TemporaryFolder folder;
  ByteArrayFile file(folder / "a.npy", 2, 32, 32);
  file.write(1, glyph(1));
  file.write(0, glyph(0));
  EXPECT_THROW(file.write(0, data::Image(8, 8)), InputError);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.npy"));
  file.finish();
  const std::string bytes = read_file(folder / "a.npy", 1 << 20);
  EXPECT_EQ(bytes.substr(1, 5), "NUMPY");
  EXPECT_THAT(bytes.substr(0, 128),
              HasSubstr("'descr': '|u1', 'fortran_order': False, 'shape': (2, 32, 32, 3)"));
  ASSERT_EQ(bytes.size() % 64, 0U);
  const std::string pixels = bytes.substr(bytes.size() - 2 * 3072);
  EXPECT_TRUE(std::ranges::equal(std::span(pixels).first(3072), glyph(0).pixels,
                                 [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
}

TEST(ContactSheet, ShowsEveryCellOfAnImage) {
  const TemporaryFolder folder;
  const std::vector<PlannedCorruption> cells = {planned("brightness:severity=1"),
                                                planned("brightness:severity=5"),
                                                planned("gaussian_blur:severity=5")};
  for (const char* name : {"a.png", "b.png"}) write_contact_sheet(folder / name, glyph(0), 0, cells, {}, 0);
  EXPECT_EQ(read_png(folder / "a.png"), read_png(folder / "b.png"));
  const data::Image sheet = read_png(folder / "a.png");
  EXPECT_GT(sheet.height, 2 * 128);
  EXPECT_GT(sheet.width, 3 * 128);
  EXPECT_GT(std::set(sheet.pixels.begin(), sheet.pixels.end()).size(), 50U) << "it shows something";
}

class CorruptCommand : public testing::Test {
 protected:
  int run(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"--data",
                                      "glyphs",
                                      "--limit",
                                      "3",
                                      "--quiet",
                                      "--condition",
                                      "gaussian_noise:severity=2",
                                      "jpeg_compression:severity=1"};
    words.insert(words.end(), more.begin(), more.end());
    const CorruptOptions options = parse_corrupt_options(words);
    testing::internal::CaptureStdout();
    try {
      const int code = corrupt_command(options);
      out_ = testing::internal::GetCapturedStdout();
      return code;
    } catch (...) {
      out_ = testing::internal::GetCapturedStdout();
      throw;
    }
  }

  TemporaryFolder folder_;
  std::string out_;
};

TEST_F(CorruptCommand, WritesAFolderPerCorruptionAndSeverity) {
  EXPECT_EQ(run({"--out", folder_ / "out", "--threads", "2"}), 0);
  EXPECT_THAT(out_, HasSubstr("3 images under 2 conditions"));
  const CorruptionSettings settings{.parameter_set = corruptions::ParameterSet::cifar};
  for (std::uint64_t id = 0; id < 3; ++id) {
    const std::string path = folder_ / ("out/gaussian_noise/2/test/" + std::to_string(id) + ".png");
    EXPECT_EQ(read_png(path), corrupt(glyph(id), planned("gaussian_noise:severity=2"), settings, 0, id));
  }
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/jpeg_compression/1/test/2.png"));
  // What is there already is not made again; what is not, is.
  std::filesystem::remove(folder_ / "out/gaussian_noise/2/test/1.png");
  EXPECT_EQ(run({"--out", folder_ / "out"}), 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/gaussian_noise/2/test/1.png"));
  EXPECT_THROW(run({"--out", folder_ / "out", "--seed", "1"}), InputError);
}

TEST_F(CorruptCommand, WritesArraysAndSheets) {
  EXPECT_EQ(run({"--out", folder_ / "out", "--format", "npy", "--sheet", folder_ / "sheet.png"}), 0);
  EXPECT_EQ(std::filesystem::file_size(folder_ / "out/gaussian_noise/2.npy"), 3U * 3072 + 128);
  EXPECT_GT(read_png(folder_ / "sheet.png").height, 200);
  EXPECT_EQ(run({"--sheet", folder_ / "alone.png", "--rng", "numpy", "--img-size", "48"}), 0);
}

TEST_F(CorruptCommand, RefusesAParameterSetThatACorruptionHasNotBeforeItWrites) {
  EXPECT_THROW(run({"--out", folder_ / "x", "--condition", "plasma_noise:severity=1"}), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x"));
  EXPECT_EQ(run({"--out", folder_ / "x", "--condition", "lines:severity=1"}), 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "x/lines/1/test/2.png"));
}

TEST_F(CorruptCommand, RefusesWhatItCannotDo) {
  EXPECT_THROW(run({}), UsageError);
  EXPECT_THROW(run({"--out", folder_ / "x", "--condition", "fgsm:eps=1/255"}), UsageError);
  EXPECT_THROW(run({"--out", folder_ / "x", "--condition", "brightness:severity=1+fgsm:eps=1/255"}),
               UsageError);
  EXPECT_THROW(run({"--out", folder_ / "x", "--format", "bmp"}), UsageError);
  EXPECT_THROW(run({"--sheet", folder_ / "x.jpg"}), UsageError);
  EXPECT_THROW(run({"--out", "/proc/nowhere"}), InputError);
}

}  // namespace
}  // namespace vitrobust::eval
