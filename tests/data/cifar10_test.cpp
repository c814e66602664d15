#include "data/cifar10.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include "core/error.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::size_t kRecord = 3073;

/// A record whose planes are flat.
std::string record(int label, int red, int green, int blue) {
  return std::string(1, static_cast<char>(label)) + std::string(1024, static_cast<char>(red)) +
         std::string(1024, static_cast<char>(green)) + std::string(1024, static_cast<char>(blue));
}

TEST(Cifar10, ReadsRecords) {
  const TemporaryFolder folder;
  std::string first = record(3, 10, 20, 200);
  first[1 + 33] = 77;  // Red of row 1, column 1.
  folder.write("test_batch.bin", first + record(9, 1, 2, 3));
  const auto dataset = open_dataset("cifar10:" + folder.path().string());
  ASSERT_EQ(dataset->size(), 2U);
  EXPECT_EQ(dataset->label(0), 3);
  EXPECT_EQ(dataset->label(1), 9);
  EXPECT_EQ(dataset->name(1), "test/1");
  EXPECT_FALSE(dataset->info().image_files);
  EXPECT_THAT(dataset->info().class_names, SizeIs(10));
  EXPECT_EQ(dataset->info().class_names[9], "truck");
  const Image image = dataset->load(0);
  EXPECT_EQ(image.height, 32);
  EXPECT_EQ(image.width, 32);
  EXPECT_THAT(std::vector<int>(image.pixels.begin(), image.pixels.begin() + 3), ElementsAre(10, 20, 200));
  EXPECT_EQ(image.pixels[(32 + 1) * 3], 77);
}

TEST(Cifar10, ReadsTheTrainingBatchesInOrder) {
  const TemporaryFolder folder;
  for (int batch = 1; batch <= 5; ++batch)
    folder.write(fmt::format("cifar-10-batches-bin/data_batch_{}.bin", batch), record(batch, 0, 0, 0));
  const auto dataset = open_dataset("cifar10:" + folder.path().string() + ",split=train");
  ASSERT_EQ(dataset->size(), 5U);
  for (std::uint64_t id = 0; id < 5; ++id) EXPECT_EQ(dataset->label(id), static_cast<int>(id) + 1);
  EXPECT_EQ(dataset->name(4), "train/4");
}

TEST(Cifar10, TakesClassNamesFromTheMetaFile) {
  const TemporaryFolder folder;
  folder.write("test_batch.bin", record(0, 0, 0, 0));
  folder.write("batches.meta.txt", "a\r\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
  EXPECT_THAT(open_dataset("cifar10:" + folder.path().string())->info().class_names,
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"));
  folder.write("batches.meta.txt", "a\nb\n");
  EXPECT_THAT(failure_of("cifar10:" + folder.path().string()), HasSubstr("names 2 classes, expected 10"));
}

TEST(Cifar10, FingerprintFollowsTheContents) {
  const TemporaryFolder folder;
  const std::string spec = "cifar10:" + folder.path().string();
  folder.write("test_batch.bin", record(0, 0, 0, 0));
  const std::string before = open_dataset(spec)->fingerprint();
  EXPECT_EQ(open_dataset(spec)->fingerprint(), before);
  folder.write("test_batch.bin", record(0, 0, 0, 1));
  EXPECT_NE(open_dataset(spec)->fingerprint(), before);
}

TEST(Cifar10, RefusesATruncatedFile) {
  const TemporaryFolder folder;
  const std::string file = folder.write("test_batch.bin", record(0, 0, 0, 0) + "x");
  EXPECT_EQ(failure_of("cifar10:" + folder.path().string()),
            "error: " + file + ": has 3074 bytes, expected a whole number of 3073-byte records");
  folder.write("test_batch.bin", "");
  EXPECT_THAT(failure_of("cifar10:" + folder.path().string()), HasSubstr("has 0 bytes"));
}

TEST(Cifar10, NamesTheRecordWithABadLabel) {
  const TemporaryFolder folder;
  const std::string file = folder.write("test_batch.bin", record(9, 0, 0, 0) + record(10, 0, 0, 0));
  EXPECT_THAT(failure_of("cifar10:" + folder.path().string()),
              HasSubstr(file + ": record 1 has label 10, expected 0 to 9"));
}

TEST(Cifar10, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  EXPECT_THAT(failure_of("cifar10:" + path),
              HasSubstr("error: " + path + ": holds no CIFAR-10 binary files\nhint:"));
  folder.write("data_batch_1.bin", record(1, 0, 0, 0));
  EXPECT_THAT(failure_of("cifar10:" + path), HasSubstr("test_batch.bin: no such file"));
  EXPECT_THAT(failure_of("cifar10:" + path + ",split=train"), HasSubstr("data_batch_2.bin: no such file"));
  EXPECT_THAT(failure_of("cifar10:" + path + ",split=val"), HasSubstr("cifar10 has no split 'val'"));
}

TEST(Cifar10, RealTestImages) {
  if (shared_data().empty()) GTEST_SKIP() << "no real data here: set VITROBUST_SHARED_DATA";
  const auto dataset = open_dataset("cifar10:" + shared_data() + "/cifar10");
  ASSERT_EQ(dataset->size(), 1000U);
  // The first test images of CIFAR-10: a cat, two ships, an airplane.
  EXPECT_THAT((std::vector<int>{dataset->label(0), dataset->label(1), dataset->label(2), dataset->label(3)}),
              ElementsAre(3, 8, 8, 0));
  const Image image = dataset->load(0);
  EXPECT_THAT(std::vector<int>(image.pixels.begin(), image.pixels.begin() + 3), ElementsAre(158, 112, 49));
}

}  // namespace
}  // namespace vitrobust::data
