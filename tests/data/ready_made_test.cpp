#include "data/ready_made.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "core/error.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Image flat(int size, std::uint8_t value) {
  Image image(size, size);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

TEST(ImageNetC, ReadsTheTreeOfTheArchives) {
  const TemporaryFolder folder;
  for (int severity = 1; severity <= 2; ++severity) {
    for (const char* file : {"n01/a.png", "n01/b.png", "n02/c.png"}) {
      const auto value = static_cast<std::uint8_t>(10 * severity);
      folder.write_image(fmt::format("fog/{}/{}", severity, file), flat(8, value));
      folder.write_image(fmt::format("blur/zoom_blur/{}/{}", severity, file),
                         flat(8, static_cast<std::uint8_t>(100 + value)));
    }
  }
  const auto dataset = open_dataset("imagenet-c:" + folder.path().string());
  EXPECT_EQ(dataset->size(), 3U);
  EXPECT_EQ(dataset->info().layout, "imagenet-c");
  EXPECT_FALSE(dataset->info().image_files) << "the images are not to be cropped again";
  EXPECT_THAT(dataset->info().class_names, ElementsAre("n01", "n02"));
  EXPECT_EQ(dataset->name(2), "n02/c.png");
  EXPECT_EQ(dataset->label(2), 1);
  EXPECT_THAT(dataset->ready_made(),
              ElementsAre(ReadyMadeCell{"fog", 1}, ReadyMadeCell{"fog", 2}, ReadyMadeCell{"zoom_blur", 1},
                          ReadyMadeCell{"zoom_blur", 2}));
  EXPECT_EQ(dataset->load_ready_made(1, {"fog", 2}), flat(8, 20));
  EXPECT_EQ(dataset->load_ready_made(1, {"zoom_blur", 1}), flat(8, 110));
  EXPECT_THROW((void)dataset->load(0), InputError);

  const std::string before = dataset->fingerprint();
  std::filesystem::remove(folder.path() / "fog/2/n02/c.png");
  EXPECT_THROW((void)dataset->load_ready_made(2, {"fog", 2}), InputError);
  folder.write_image("snow/3/n01/a.png", flat(8, 1));
  EXPECT_NE(open_dataset("imagenet-c:" + folder.path().string())->fingerprint(), before);
}

TEST(ImageNetC, SaysWhatItExpected) {
  const TemporaryFolder folder;
  EXPECT_THAT(failure_of("imagenet-c:" + folder.path().string()),
              HasSubstr("<corruption>/<severity>/<class>"));
  EXPECT_THAT(failure_of("imagenet-c:/nowhere"), HasSubstr("no such folder"));
}

/// An array of 5 n images of which every value of image i is i.
std::string images(int n) {
  std::string dictionary =
      fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, 32, 32, 3), }}", 5 * n);
  dictionary.resize(117, ' ');
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  bytes += dictionary + '\n';
  for (int i = 0; i < 5 * n; ++i) bytes += std::string(3072, static_cast<char>(i));
  return bytes;
}

std::string labels(const std::string& values) {
  std::string dictionary =
      fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({},), }}", values.size());
  dictionary.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + dictionary + '\n' + values;
}

TEST(Cifar10C, ReadsBlocksOfSeverities) {
  const TemporaryFolder folder;
  folder.write("fog.npy", images(2));
  folder.write("snow.npy", images(2));
  folder.write("labels.npy", labels({"\3\4\3\4\3\4\3\4\3\4", 10}));
  const auto dataset = open_dataset(folder.path().string());
  EXPECT_EQ(dataset->info().layout, "cifar10-c") << "a bare folder is recognised";
  EXPECT_EQ(dataset->size(), 2U);
  EXPECT_EQ(dataset->label(1), 4);
  EXPECT_EQ(dataset->ready_made().size(), 10U);
  EXPECT_EQ(dataset->load_ready_made(1, {"snow", 3}), flat(32, 5));
  folder.write("labels.npy", labels("\3\4"));
  EXPECT_EQ(open_dataset(folder.path().string())->label(1), 4);
}

TEST(Cifar10C, RefusesWhatDoesNotFit) {
  const TemporaryFolder folder;
  const std::string spec = "cifar10-c:" + folder.path().string();
  EXPECT_THAT(failure_of(spec), HasSubstr("labels.npy"));
  folder.write("fog.npy", images(2));
  EXPECT_THAT(failure_of(spec), HasSubstr("labels.npy"));
  folder.write("labels.npy", labels("\3"));
  EXPECT_THAT(failure_of(spec), HasSubstr("1 labels for 2 images"));
  folder.write("labels.npy", labels("\3\x0a"));
  EXPECT_THAT(failure_of(spec), HasSubstr("label 1 is 10"));
  folder.write("labels.npy", labels({"\3\4\3\4\3\4\3\4\3\5", 10}));
  EXPECT_THAT(failure_of(spec), HasSubstr("differs between severities"));
  folder.write("labels.npy", labels("\3\4"));
  folder.write("snow.npy", images(3));
  EXPECT_THAT(failure_of(spec), HasSubstr("5 blocks of 2 images"));
}

}  // namespace
}  // namespace vitrobust::data
