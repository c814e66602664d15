#include "data/glyphs.h"

#include <gmock/gmock.h>

#include <array>
#include <set>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/sha256.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::Each;
using testing::ElementsAre;

std::string hash_of_first(const Dataset& dataset, std::uint64_t count) {
  Sha256 hash;
  for (std::uint64_t id = 0; id < count; ++id) hash.update(dataset.load(id).pixels);
  return hash.hex();
}

// The samples belong to the shipped checkpoints: another hash here means other data under the same name.
TEST(Glyphs, PixelsAreTheSameEverywhere) {
  EXPECT_EQ(hash_of_first(*open_dataset("glyphs:test"), 100),
            "154df4ebd022de5e52a40b8ec28aa1a6ad011ba1269d9edcfda23ca9633659ed");
  EXPECT_EQ(hash_of_first(*open_dataset("glyphs:train"), 100),
            "59e3b62f9c7198392be7b0dcd0386c126faab397159b547421d59dedf41fb3ad");
}

TEST(Glyphs, DescribesItself) {
  const auto dataset = open_dataset("glyphs");
  EXPECT_EQ(dataset->info().spec, "glyphs");
  EXPECT_EQ(dataset->info().layout, "glyphs");
  EXPECT_THAT(dataset->info().class_names, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
  EXPECT_FALSE(dataset->info().image_files);
  EXPECT_EQ(dataset->size(), 10'000U);
  EXPECT_EQ(dataset->name(17), "test/17");
  EXPECT_EQ(open_dataset("glyphs:train")->size(), 50'000U);
  EXPECT_EQ(open_dataset("glyphs:train")->name(3), "train/3");
}

TEST(Glyphs, EveryPrefixIsBalanced) {
  const auto dataset = open_dataset("glyphs");
  std::array<int, 10> counts{};
  for (std::uint64_t id = 0; id < dataset->size(); ++id)
    ++counts.at(static_cast<std::size_t>(dataset->label(id)));
  EXPECT_THAT(counts, Each(1000));
  EXPECT_EQ(dataset->label(0), 0);
  EXPECT_EQ(dataset->label(19), 9);
}

TEST(Glyphs, NoTwoSamplesAreEqual) {
  std::set<std::string> hashes;
  for (const char* spec : {"glyphs:test", "glyphs:train"}) {
    const auto dataset = open_dataset(spec);
    for (std::uint64_t id = 0; id < 300; ++id) hashes.insert(pixel_hash(dataset->load(id)));
  }
  EXPECT_EQ(hashes.size(), 600U);
}

TEST(Glyphs, ThreadsSeeTheSamePixels) {
  const auto dataset = open_dataset("glyphs");
  const std::string expected = hash_of_first(*dataset, 50);
  std::vector<std::string> seen(4);
  std::vector<std::thread> threads;
  for (std::string& hash : seen) threads.emplace_back([&] { hash = hash_of_first(*dataset, 50); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(seen, Each(expected));
}

TEST(Glyphs, FingerprintsTellTheSplitsApart) {
  const std::string test = open_dataset("glyphs")->fingerprint();
  EXPECT_EQ(test, open_dataset("glyphs:test")->fingerprint());
  EXPECT_NE(test, open_dataset("glyphs:train")->fingerprint());
  EXPECT_EQ(test.substr(0, 7), "sha256:");
  EXPECT_EQ(test.size(), 7U + 64U);
}

TEST(Glyphs, UnknownSplitGetsAHint) {
  try {
    open_dataset("glyphs:tests");
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "glyphs has no split 'tests'");
    EXPECT_EQ(error.hint(), "did you mean 'test'?");
  }
}

}  // namespace
}  // namespace vitrobust::data
