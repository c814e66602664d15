#include "data/image_files.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "core/error.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const Dataset& dataset) {
  std::vector<std::string> names;
  for (std::uint64_t id = 0; id < dataset.size(); ++id) names.push_back(dataset.name(id));
  return names;
}

std::vector<int> labels_of(const Dataset& dataset) {
  std::vector<int> labels;
  for (std::uint64_t id = 0; id < dataset.size(); ++id) labels.push_back(dataset.label(id));
  return labels;
}

TEST(ImageFolder, OrdersAsTorchvisionDoes) {
  const TemporaryFolder folder;
  for (const char* name : {"b/2.png", "b/10.png", "Z/x.PNG", "b/a/1.jpg", "a/1.webp", "b/3.txt", "b/z.bmp"})
    folder.write(name, "content does not matter until it is loaded");
  folder.write("top.png", "no class");
  folder.write(".cache/1.png", "hidden");
  fs::create_directories(folder.path() / "empty");
  const auto dataset = open_dataset("imagefolder:" + folder.path().string());
  EXPECT_THAT(dataset->info().class_names, ElementsAre("Z", "a", "b", "empty"));
  EXPECT_TRUE(dataset->info().image_files);
  EXPECT_THAT(names_of(*dataset),
              ElementsAre("Z/x.PNG", "a/1.webp", "b/10.png", "b/2.png", "b/z.bmp", "b/a/1.jpg"));
  EXPECT_THAT(labels_of(*dataset), ElementsAre(0, 1, 2, 2, 2, 2));
}

TEST(ImageFolder, LoadsWhatWasWritten) {
  const TemporaryFolder folder;
  const Image image = noise_image(11, 7);
  folder.write_image("a/1.png", image);
  EXPECT_EQ(open_dataset("imagefolder:" + folder.path().string())->load(0), image);
}

TEST(ImageFolder, FollowsLinksButNotInCircles) {
  const TemporaryFolder folder;
  folder.write("real/1.png", "");
  fs::create_directory_symlink("real", folder.path() / "linked");
  fs::create_symlink("nowhere.png", folder.path() / "real" / "dangling.png");
  const std::string spec = "imagefolder:" + folder.path().string();
  EXPECT_THAT(names_of(*open_dataset(spec)), ElementsAre("linked/1.png", "real/1.png"));
  fs::create_directory_symlink("../real", folder.path() / "real" / "loop");
  EXPECT_THAT(failure_of(spec), HasSubstr("is a symbolic link to a folder that it lies in"));
}

TEST(ImageFolder, SaysInOneLineThatThereIsNothing) {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  EXPECT_EQ(failure_of("imagefolder:" + path), "error: " + path + ": holds no images");
  fs::create_directories(folder.path() / "class");
  EXPECT_EQ(failure_of("imagefolder:" + path), "error: " + path + ": holds no images");
}

TEST(ImageFolder, PointsFlatFoldersToALabelList) {
  const TemporaryFolder folder;
  folder.write("1.png", "");
  EXPECT_THAT(failure_of("imagefolder:" + folder.path().string()),
              AllOf(HasSubstr("holds 1 images but no class folders"), HasSubstr("imagelist:LABELS.csv")));
}

TEST(ImageFolder, ADamagedFileIsNamedWhenLoaded) {
  const TemporaryFolder folder;
  const std::string file = folder.write("a/1.png", "not an image");
  const auto dataset = open_dataset("imagefolder:" + folder.path().string());
  try {
    static_cast<void>(dataset->load(0));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), file + ": is not an image in a known format");
  }
}

TEST(ImageFolder, FingerprintFollowsNamesSizesAndClasses) {
  const TemporaryFolder folder;
  const std::string spec = "imagefolder:" + folder.path().string();
  folder.write("a/1.png", "12");
  const std::string first = open_dataset(spec)->fingerprint();
  EXPECT_EQ(open_dataset(spec)->fingerprint(), first);
  folder.write("a/1.png", "123");
  const std::string second = open_dataset(spec)->fingerprint();
  EXPECT_NE(second, first);
  fs::rename(folder.path() / "a" / "1.png", folder.path() / "a" / "2.png");
  const std::string third = open_dataset(spec)->fingerprint();
  EXPECT_NE(third, second);
  fs::create_directories(folder.path() / "b");
  EXPECT_NE(open_dataset(spec)->fingerprint(), third);
}

TEST(ImageFolder, ThreadsSeeTheSamePixels) {
  const TemporaryFolder folder;
  folder.write_image("a/1.png", noise_image(64, 48));
  folder.write_image("a/2.jpg", noise_image(48, 64));
  const auto dataset = open_dataset("imagefolder:" + folder.path().string());
  const auto hash = [&] { return pixel_hash(dataset->load(0)) + pixel_hash(dataset->load(1)); };
  std::vector<std::string> seen(4);
  std::vector<std::thread> threads;
  for (std::string& result : seen)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) result = hash();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(seen, Each(hash()));
}

TEST(ImageList, ReadsNamesAndLabelsInOrder) {
  const TemporaryFolder folder;
  folder.write("images/one.png", "");
  folder.write("two.jpg", "");
  folder.write("labels.csv", "label,file,note\n4,one,\"a, b\"\n0,two.jpg,\n");
  const auto dataset = open_dataset("imagelist:" + (folder.path() / "labels.csv").string());
  EXPECT_THAT(names_of(*dataset), ElementsAre("images/one.png", "two.jpg"));
  EXPECT_THAT(labels_of(*dataset), ElementsAre(4, 0));
  EXPECT_THAT(dataset->info().class_names, ElementsAre("0", "1", "2", "3", "4"));
}

TEST(ImageList, TakesColumnsBaseAndClassesFromOptions) {
  const TemporaryFolder folder;
  folder.write("1.png", "");
  folder.write("images.csv", "what,where\n7,1.png\n");
  const auto dataset =
      open_dataset("imagelist:" + folder.path().string() + ",image=where,label=what,base=1,classes=1000");
  EXPECT_EQ(dataset->label(0), 6);
  EXPECT_EQ(dataset->info().class_names.size(), 1000U);
}

TEST(ImageList, CountsTheNipsLabelsFromOne) {
  const TemporaryFolder folder;
  folder.write("images/0a.png", "");
  folder.write("images.csv", "ImageId,URL,TrueLabel,TargetClass\n0a,http://x,389,963\n");
  EXPECT_EQ(open_dataset("imagelist:" + folder.path().string())->label(0), 388);
  EXPECT_EQ(open_dataset("imagelist:" + folder.path().string() + ",base=0")->label(0), 389);
}

TEST(ImageList, ReportsLineAndProblem) {
  const TemporaryFolder folder;
  folder.write("1.png", "");
  const std::string file = folder.write("images.csv", "file,label\n1,0\n2,0\n");
  const std::string spec = "imagelist:" + file;
  EXPECT_THAT(failure_of(spec), HasSubstr("line 3: there is no image '2'"));
  folder.write("images.csv", "file,label\n1,cat\n");
  EXPECT_THAT(failure_of(spec), HasSubstr("line 2: label 'cat' is not a number from 0 to 999999"));
  folder.write("images.csv", "file,label\n1,5\n");
  EXPECT_THAT(failure_of(spec + ",classes=5"), HasSubstr("line 2: label '5' is not a number from 0 to 4"));
  EXPECT_THAT(failure_of(spec + ",base=2"), HasSubstr("base must be a number from 0 to 1, got '2'"));
  EXPECT_THAT(failure_of(spec + ",label=truth"),
              HasSubstr("has no column 'truth'\nhint: name it with label=COLUMN; columns are: file, label"));
  folder.write("images.csv", "name,label\n1,5\n");
  EXPECT_THAT(failure_of(spec), HasSubstr("has no column for the image"));
  folder.write("images.csv", "file,label\n");
  EXPECT_THAT(failure_of(spec), HasSubstr("holds no images"));
}

TEST(ImageList, RealNipsImages) {
  if (shared_data().empty()) GTEST_SKIP() << "no real data here: set VITROBUST_SHARED_DATA";
  const auto dataset = open_dataset("imagelist:" + shared_data() + "/nips2017,classes=1000");
  ASSERT_EQ(dataset->size(), 200U);
  EXPECT_EQ(dataset->name(0), "images/000b7d55b6184b08.png");
  EXPECT_EQ(dataset->label(0), 388);
  for (std::uint64_t id = 0; id < dataset->size(); id += 20) {
    const Image image = dataset->load(id);
    EXPECT_EQ(image.height, 299);
    EXPECT_EQ(image.width, 299);
  }
}

TEST(HasImageExtension, KnowsTorchvisionsInAnyCase) {
  for (const char* name :
       {"a.jpg", "a.JPEG", "a.Png", "a.ppm", "a.bmp", "a.pgm", "a.tif", "a.tiff", "a.webp"})
    EXPECT_TRUE(has_image_extension(name)) << name;
  for (const char* name : {"a.gif", "png", "a.png.txt", "a.npy", ""})
    EXPECT_FALSE(has_image_extension(name)) << name;
}

}  // namespace
}  // namespace vitrobust::data
