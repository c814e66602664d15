#include "data/mnist.h"

#include <gmock/gmock.h>

#include <fmt/format.h>

#include <cstdlib>

#include "core/error.h"
#include "core/files.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

std::string idx(const std::vector<int>& shape, const std::string& values) {
  std::string bytes = "\0\0\x08"s + static_cast<char>(shape.size());
  for (const int size : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  return bytes + values;
}

/// Two images of 2 x 3 pixels, drawn by hand.
const std::string kImages = idx({2, 2, 3}, "\x00\x10\x20\x30\x40\x50\x60\x70\x80\x90\xa0\xff"s);
const std::string kLabels = idx({2}, "\x07\x00"s);

class MnistTest : public testing::Test {
 protected:
  /// What opening these two files says.
  [[nodiscard]] std::string failure(const std::string& images, const std::string& labels) const {
    folder_.write("t10k-images-idx3-ubyte", images);
    folder_.write("t10k-labels-idx1-ubyte", labels);
    return failure_of(spec_);
  }

  TemporaryFolder folder_;
  std::string spec_ = "mnist:" + folder_.path().string();
};

TEST_F(MnistTest, ReadsImagesAndLabels) {
  folder_.write("t10k-images-idx3-ubyte", kImages);
  folder_.write("t10k-labels-idx1-ubyte", kLabels);
  const auto dataset = open_dataset(folder_.path().string());
  EXPECT_EQ(dataset->info().layout, "mnist");
  EXPECT_EQ(dataset->info().class_names.size(), 10U);
  EXPECT_FALSE(dataset->info().image_files);
  ASSERT_EQ(dataset->size(), 2U);
  EXPECT_EQ(dataset->label(0), 7);
  EXPECT_EQ(dataset->name(1), "test/1");
  const Image image = dataset->load(1);
  EXPECT_EQ(image.height, 2);
  EXPECT_EQ(image.width, 3);
  EXPECT_THAT(std::vector<int>(image.pixels.begin(), image.pixels.begin() + 6),
              ElementsAre(0x60, 0x60, 0x60, 0x70, 0x70, 0x70));
  EXPECT_EQ(image.pixels.back(), 0xff);
}

TEST_F(MnistTest, ReadsTheTrainingSplitAndItsOtherNames) {
  folder_.write("train-images.idx3-ubyte", kImages);
  folder_.write("train-labels.idx1-ubyte", kLabels);
  EXPECT_EQ(open_dataset(spec_ + ",split=train")->name(0), "train/0");
  EXPECT_THAT(failure_of(spec_),
              HasSubstr("holds no images of MNIST's, t10k-images-idxN-ubyte, plain or .gz"));
  EXPECT_THAT(failure_of(spec_ + ",split=val"), HasSubstr("mnist has no split 'val'"));
}

TEST_F(MnistTest, ReadsCompressedFiles) {
  for (const auto& [name, bytes] :
       {std::pair{"t10k-images-idx3-ubyte", kImages}, {"t10k-labels-idx1-ubyte", kLabels}}) {
    const std::string path = folder_.write(name, bytes);
    ASSERT_EQ(std::system(fmt::format("gzip '{}'", path).c_str()), 0);
  }
  const auto dataset = open_dataset(spec_);
  EXPECT_EQ(dataset->load(0).pixels[3], 0x10);
  EXPECT_EQ(dataset->label(0), 7);

  const std::string path = (folder_.path() / "t10k-images-idx3-ubyte.gz").string();
  const std::string whole = read_file(path, 10'000);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    folder_.write("t10k-images-idx3-ubyte.gz", whole.substr(0, length));
    EXPECT_THAT(failure_of(spec_), HasSubstr("t10k-images-idx3-ubyte.gz")) << length;
  }
}

TEST_F(MnistTest, FingerprintFollowsTheContents) {
  folder_.write("t10k-images-idx3-ubyte", kImages);
  folder_.write("t10k-labels-idx1-ubyte", kLabels);
  const std::string before = open_dataset(spec_)->fingerprint();
  folder_.write("t10k-labels-idx1-ubyte", idx({2}, "\x07\x01"s));
  EXPECT_NE(open_dataset(spec_)->fingerprint(), before);
}

TEST_F(MnistTest, RefusesMalformedFiles) {
  EXPECT_THAT(failure("", kLabels), HasSubstr("is not an IDX file"));
  EXPECT_THAT(failure("PK\x03\x04", kLabels), HasSubstr("is not an IDX file"));
  EXPECT_THAT(failure("\0\0\x0d\x03"s, kLabels), HasSubstr("holds values of type 0x0d, expected 0x08"));
  EXPECT_THAT(failure("\0\0\x08\0"s, kLabels), HasSubstr("has 0 dimensions"));
  EXPECT_THAT(failure("\0\0\x08\xff"s, kLabels), HasSubstr("has 255 dimensions"));
  EXPECT_THAT(failure("\0\0\x08\x03\0\0"s, kLabels), HasSubstr("is cut short in its header"));
  EXPECT_THAT(failure(kImages + "x", kLabels), HasSubstr("holds 13 values, its sizes 2 x 2 x 3 promise 12"));
  EXPECT_THAT(failure(kImages.substr(0, kImages.size() - 1), kLabels), HasSubstr("holds 11 values"));
  EXPECT_THAT(failure(idx({-1, -1, -1, -1}, ""), kLabels), HasSubstr("says that its sizes are"));
  EXPECT_THAT(failure(idx({2, 6}, std::string(12, 'x')), kLabels), HasSubstr("holds no images"));
  EXPECT_THAT(failure(idx({2, 0, 3}, ""), kLabels), HasSubstr("holds no images"));
  EXPECT_THAT(failure(idx({0, 2, 1 << 20}, ""), kLabels), HasSubstr("holds no images"));
  EXPECT_THAT(failure(kImages, idx({3}, "abc")), HasSubstr("holds 3 labels for 2 images"));
  EXPECT_THAT(failure(kImages, idx({2}, "\x01\x0a"s)), HasSubstr("label 1 is 10, expected 0 to 9"));
}

TEST(Mnist, RealTestImages) {
  if (shared_data().empty()) GTEST_SKIP() << "no real data here: set VITROBUST_SHARED_DATA";
  const auto dataset = open_dataset("mnist:" + shared_data() + "/mnist");
  ASSERT_EQ(dataset->size(), 10'000U);
  // The first test digits of MNIST.
  EXPECT_THAT((std::vector<int>{dataset->label(0), dataset->label(1), dataset->label(2), dataset->label(3)}),
              ElementsAre(7, 2, 1, 0));
  EXPECT_EQ(dataset->load(0).height, 28);
}

}  // namespace
}  // namespace vitrobust::data
