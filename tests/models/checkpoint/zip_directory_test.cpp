#include "models/checkpoint/zip_directory.h"

#include <gmock/gmock.h>

#include "checkpoint_testing.h"
#include "core/error.h"

namespace vitrobust::models {
namespace {

using ::testing::HasSubstr;

std::string error_of_zip(const std::string& bytes) {
  try {
    const ZipDirectory directory(*make_memory_source("m.zip", bytes_of(bytes)));
  } catch (const InputError& error) {
    return format_error(error);
  }
  return "no error";
}

/// Two members of 5 and 3 bytes: headers at 0 and 36, the directory at 70, the end record at 164.
const std::string kArchive = make_zip({{"a", "first"}, {"b", "2nd"}});
constexpr std::size_t kSecond = 30 + 1 + 5;
constexpr std::size_t kDirectory = kSecond + 30 + 1 + 3;
constexpr std::size_t kSecondEntry = kDirectory + 46 + 1;
constexpr std::size_t kEnd = kSecondEntry + 46 + 1;

std::string set(std::size_t at, std::uint64_t value, int bytes, std::string archive = kArchive) {
  return archive.replace(at, static_cast<std::size_t>(bytes), little(value, bytes));
}

TEST(ZipDirectory, ListsMembersByName) {
  const ZipDirectory directory(*make_memory_source("m.zip", bytes_of(kArchive)));
  ASSERT_EQ(directory.members().size(), 2U);
  EXPECT_EQ(directory.find("a")->offset, 31U);
  EXPECT_EQ(directory.find("a")->bytes, 5U);
  EXPECT_FALSE(directory.find("a")->deflated);
  EXPECT_EQ(directory.find("c"), nullptr);
  EXPECT_EQ(kArchive.size(), kEnd + 22);
}

TEST(ZipDirectory, AllowsAComment) {
  EXPECT_EQ(error_of_zip(set(kEnd + 20, 3, 2) + "abc"), "no error");
}

/// The archive with a zip64 end record, locator, and 64-bit sizes in the second member's entry.
std::string zip64() {
  const std::string entry = kArchive.substr(kSecondEntry, 47);
  std::string wide = entry;
  wide.replace(20, 8, little(~0ULL, 8));   // both sizes
  wide.replace(42, 4, little(~0ULL, 4));   // and the offset
  wide.replace(30, 2, little(4 + 24, 2));  // stand in the extra field
  wide += little(1, 2) + little(24, 2) + little(3, 8) + little(3, 8) + little(kSecond, 8);
  const std::string directory = kArchive.substr(kDirectory, 47) + wide;
  const std::size_t end64 = kDirectory + directory.size();
  return kArchive.substr(0, kDirectory) + directory + "PK\x06\x06" + little(44, 8) + little(45, 2) +
         little(45, 2) + little(0, 8) + little(2, 8) + little(2, 8) + little(directory.size(), 8) +
         little(kDirectory, 8) + "PK\x06\x07" + little(0, 4) + little(end64, 8) + little(1, 4) +
         "PK\x05\x06" + little(0, 4) + little(0xffff, 2) + little(0xffff, 2) + little(~0ULL, 8) +
         little(0, 2);
}

TEST(ZipDirectory, ReadsZip64) {
  const ZipDirectory directory(*make_memory_source("m.zip", bytes_of(zip64())));
  ASSERT_EQ(directory.members().size(), 2U);
  EXPECT_EQ(directory.find("b")->bytes, 3U);
  EXPECT_EQ(directory.find("b")->offset, kSecond + 31);
}

struct Malformed {
  const char* name;
  std::string bytes;
  const char* message;
};

std::ostream& operator<<(std::ostream& stream, const Malformed& test) {
  return stream << test.name;
}

class MalformedZip : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedZip, IsRefusedByName) {
  const std::string error = error_of_zip(GetParam().bytes);
  EXPECT_THAT(error, HasSubstr("error: m.zip: "));
  EXPECT_THAT(error, HasSubstr(GetParam().message));
}

constexpr std::size_t kEnd64 = kDirectory + 47 + 47 + 28;
constexpr std::size_t kLocator64 = kEnd64 + 56;

INSTANTIATE_TEST_SUITE_P(
    EndRecord, MalformedZip,
    testing::Values(
        Malformed{"Empty", "", "has no end record"},
        Malformed{"Missing", kArchive.substr(0, kEnd), "has no end record"},
        Malformed{"CutShort", kArchive.substr(0, kArchive.size() - 1), "has no end record"},
        Malformed{"GoesOn", kArchive + "x", "has no end record"},
        Malformed{"CommentLength", set(kEnd + 20, 1, 2), "has no end record"},
        Malformed{"Disk", set(kEnd + 4, 1, 2), "on several disks"},
        Malformed{"DirectoryDisk", set(kEnd + 6, 1, 2), "on several disks"},
        Malformed{"CountOnDisk", set(kEnd + 8, 1, 2), "on several disks"},
        Malformed{"TooManyMembers", set(kEnd + 8, 0x0300'0300, 4), "claims 768 members in 94 bytes"},
        Malformed{"FewerMembers", set(kEnd + 8, 0x0001'0001, 4),
                  "goes on for 47 bytes after its last member"},
        Malformed{"DirectoryBytes", set(kEnd + 12, 95, 4), "would be outside of the file"},
        Malformed{"FewerDirectoryBytes", set(kEnd + 12, 93, 4), "its zip directory is cut short"},
        Malformed{"DirectoryOffset", set(kEnd + 16, 0xffff'fff0, 4), "would be outside of the file"},
        Malformed{"DirectoryElsewhere", set(kEnd + 16, kDirectory - 1, 4), "its zip directory is malformed"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Zip64, MalformedZip,
    testing::Values(
        Malformed{"NoRoomForLocator", set(kEnd + 8, 0xffff'ffff, 4, kArchive), "zip64 end record is missing"},
        Malformed{"Locator", set(kLocator64, 0, 4, zip64()), "zip64 end record is missing"},
        Malformed{"LocatorDisk", set(kLocator64 + 4, 1, 4, zip64()), "on several disks"},
        Malformed{"LocatorDisks", set(kLocator64 + 16, 2, 4, zip64()), "on several disks"},
        Malformed{"LocatorOffset", set(kLocator64 + 8, ~0ULL, 8, zip64()), "outside of the file"},
        Malformed{"EndRecord", set(kEnd64, 0, 4, zip64()), "zip64 end record is missing"},
        Malformed{"EndRecordDisk", set(kEnd64 + 16, 1, 4, zip64()), "on several disks"},
        Malformed{"CountOnDisk", set(kEnd64 + 24, 1, 8, zip64()), "on several disks"},
        Malformed{"Count", set(kEnd64 + 24, ~0ULL, 8, set(kEnd64 + 32, ~0ULL, 8, zip64())),
                  "claims 18446744073709551615"},
        Malformed{"DirectoryBytes", set(kEnd64 + 40, ~0ULL, 8, zip64()), "would be outside of the file"},
        Malformed{"DirectoryOffset", set(kEnd64 + 48, ~0ULL, 8, zip64()), "would be outside of the file"},
        Malformed{"NoExtraField", set(kSecondEntry + 47, 2, 2, zip64()), "member 'b' has no 64-bit sizes"},
        Malformed{"ExtraFieldTooShort", set(kSecondEntry + 49, 16, 2, zip64()),
                  "its zip directory is cut short"},
        Malformed{"ExtraFieldTooLong", set(kSecondEntry + 49, 99, 2, zip64()),
                  "its zip directory is cut short"},
        Malformed{"Offset", set(kSecondEntry + 67, ~0ULL, 8, zip64()), "outside of the file"},
        Malformed{"Bytes", set(kSecondEntry + 51, ~0ULL, 8, set(kSecondEntry + 59, ~0ULL, 8, zip64())),
                  "would end outside of the file"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Member, MalformedZip,
    testing::Values(
        Malformed{"EntrySignature", set(kSecondEntry, 0, 4), "its zip directory is malformed"},
        Malformed{"Encrypted", set(kSecondEntry + 8, 1, 2), "member 'b' is encrypted"},
        Malformed{"Method", set(kSecondEntry + 10, 12, 2), "member 'b' is compressed by method 12"},
        Malformed{"StoredBytes", set(kSecondEntry + 20, 2, 4),
                  "member 'b' is stored, but takes 2 bytes for 3"},
        Malformed{"Bytes", set(kSecondEntry + 24, 4, 4), "member 'b' is stored, but takes 3 bytes for 4"},
        Malformed{"BothSizes", set(kSecondEntry + 20, 4, 4, set(kSecondEntry + 24, 4, 4)),
                  "would end outside of the file"},
        Malformed{"NameLength", set(kSecondEntry + 28, 2, 2), "its zip directory is cut short"},
        Malformed{"ExtraLength", set(kSecondEntry + 30, 1, 2), "its zip directory is cut short"},
        Malformed{"CommentLength", set(kSecondEntry + 32, 1, 2), "its zip directory is cut short"},
        Malformed{"Disk", set(kSecondEntry + 34, 1, 2), "member 'b' is on another disk"},
        Malformed{"HeaderOffset", set(kSecondEntry + 42, 0x7fff'ffff, 4),
                  "member 'b' would be at 2147483647"},
        Malformed{"HeaderElsewhere", set(kSecondEntry + 42, 1, 4), "member 'b' has no header at 1"},
        Malformed{"HeaderSignature", set(kSecond, 0, 4), "member 'b' has no header at 36"},
        Malformed{"HeaderNameLength", set(kSecond + 26, 0xffff, 2), "would end outside of the file"},
        Malformed{"HeaderExtraLength", set(kSecond + 28, 1, 2), "would end outside of the file"},
        Malformed{"HeaderName", set(kSecond + 30, 'c', 1), "member 'b' has another name in its own header"},
        Malformed{"TwoNames", make_zip({{"a", "1"}, {"a", "2"}}), "has two members named 'a'"},
        Malformed{"Overlap", set(kSecondEntry + 42, 0, 4, set(kSecondEntry + 46, 'a', 1)),
                  "members 'a' and 'a' overlap"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace vitrobust::models
