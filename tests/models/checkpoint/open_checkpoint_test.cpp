#include "models/checkpoint/open_checkpoint.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "checkpoint_testing.h"
#include "core/error.h"
#include "core/files.h"
#include "fuzz/targets.h"
#include "tests/temporary_folder.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

TEST(OpenCheckpoint, WhatIsNoCheckpointIsNamed) {
  EXPECT_THAT(error_of("hello"),
              HasSubstr("m.pth: is no checkpoint that is known\nhint: checkpoints are safetensors"));
  EXPECT_THAT(error_of(""), HasSubstr("m.pth: is empty"));
  EXPECT_THAT(error_of("\x93NUMPY\x01\0"s), HasSubstr("is a single NumPy array"));
  EXPECT_THAT(error_of("\x89HDF\r\n\x1a\n"), HasSubstr("is an HDF5 file"));
  EXPECT_THAT(error_of("", "m.safetensors"), HasSubstr("has 0 bytes, a safetensors file has at least 8"));
}

TEST(OpenCheckpoint, ContainersAreToldByBytesNotByName) {
  const std::string safetensors = little(2, 8) + "{}";
  EXPECT_EQ(open_bytes(safetensors, "m.pth").container, "safetensors");
  const std::string zip = torch_zip(pickled_item("w", pickled_tensor(pickled_storage(4), 0, {4}, {1})));
  EXPECT_EQ(open_bytes(zip, "m.safetensors").container, "torch");
  // A safetensors header of 123 bytes, the code of '{', is no JSON.
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "m", little('{', 8) + "{}" + std::string('{' - 2, ' '));
  EXPECT_EQ(open_checkpoint_file(folder / "m").container, "safetensors");
}

TEST(OpenCheckpoint, FilesThatCannotBeOpenedAreNamed) {
  const tests::TemporaryFolder folder;
  const auto failure = [](const std::string& path) {
    try {
      open_checkpoint_file(path);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return "no error"s;
  };
  EXPECT_EQ(failure(folder / "none"), folder / "none: no such file");
  EXPECT_EQ(failure(folder.path()), folder.path() + ": is not a regular file");
}

TEST(ByteSource, AFileThatShrinksEndsInAMessage) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string(1000, 'x'));
  const auto source = open_file_source(folder / "m");
  EXPECT_EQ(source->read(990, 10).size(), 10U);
  EXPECT_THROW(static_cast<void>(source->read(990, 11)), InputError);
  EXPECT_THROW(static_cast<void>(source->read(~0ULL, 1)), InputError);
  EXPECT_THROW(static_cast<void>(source->read(0, ~0ULL)), InputError) << "before anything is allocated";
  std::filesystem::resize_file(folder / "m", 500);
  EXPECT_THROW(static_cast<void>(source->read(490, 20)), InputError);
}

// What the fuzzers have found and what they start from; a finding ends the process.
TEST(FuzzCorpus, IsHarmless) {
  for (const fuzz::Target& target : fuzz::targets()) {
    const std::string folder = std::string(VITROBUST_SOURCE_DIR "/fuzz/corpus/") + target.name;
    ASSERT_FALSE(std::filesystem::is_empty(folder)) << folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      target.run(bytes_of(read_file(entry.path().string(), std::size_t{1} << 20)));
  }
}

}  // namespace
}  // namespace vitrobust::models
