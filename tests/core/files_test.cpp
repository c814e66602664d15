#include "core/files.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/error.h"
#include "tests/temporary_folder.h"

namespace vitrobust {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

template <typename Action>
std::string input_error(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_input);
    return error.what();
  }
  return "nothing was wrong";
}

std::size_t entries(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(Files, WhatIsWrittenIsRead) {
  const tests::TemporaryFolder folder;
  const std::string contents("\0binary\n\xff", 9);
  write_file_atomically(folder / "a", contents);
  EXPECT_EQ(read_file(folder / "a", 100), contents);
  write_file_atomically(folder / "a", "");
  EXPECT_EQ(read_file(folder / "a", 0), "");
  EXPECT_EQ(entries(folder.path()), 1U) << "a temporary file is left";
}

TEST(Files, ReadingSaysWhatIsWrong) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "a", "12345");
  EXPECT_EQ(read_file(folder / "a", 5), "12345");
  EXPECT_THAT(input_error([&] { read_file(folder / "a", 4); }), HasSubstr("larger than 4 bytes"));
  EXPECT_THAT(input_error([&] { read_file(folder / "absent", 4); }), HasSubstr("absent: no such file"));
  EXPECT_THAT(input_error([&] { read_file(folder.path(), 4); }), HasSubstr("is a folder"));
}

TEST(Files, AFailedWriteLeavesTheOldFileAndNoTemporary) {
  const tests::TemporaryFolder folder;
  fs::create_directory(folder / "taken");
  EXPECT_THAT(input_error([&] { write_file_atomically(folder / "taken", "x"); }), HasSubstr("cannot rename"));
  EXPECT_EQ(entries(folder.path()), 1U);
  EXPECT_THAT(input_error([&] { write_file_atomically(folder / "no/such/folder", "x"); }),
              HasSubstr("cannot write: No such file or directory"));
}

TEST(MakeWritableFolder, MakesParentsAndLeavesNothingBehind) {
  const tests::TemporaryFolder folder;
  make_writable_folder(folder / "a/b/c");
  EXPECT_TRUE(fs::is_directory(folder / "a/b/c"));
  EXPECT_EQ(entries(folder / "a/b/c"), 0U);
  make_writable_folder(folder / "a/b/c");
}

TEST(MakeWritableFolder, SaysWhatIsInTheWay) {
  const tests::TemporaryFolder folder;
  write_file_atomically(folder / "file", "x");
  EXPECT_THAT(input_error([&] { make_writable_folder(folder / "file"); }), HasSubstr("not a folder"));
  EXPECT_THAT(input_error([&] { make_writable_folder(folder / "file/below"); }),
              HasSubstr("cannot make this folder"));
  // A folder that nobody can write into, not even root.
  EXPECT_THAT(input_error([] { make_writable_folder("/proc/self"); }),
              HasSubstr("cannot write into this folder"));
}

}  // namespace
}  // namespace vitrobust
