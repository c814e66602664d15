#include "models/checkpoint/npz.h"

#include <gmock/gmock.h>

#include "checkpoint_testing.h"
#include "core/error.h"
#include "core/inflate.h"

namespace vitrobust::models {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

std::string npy(const std::string& descr, bool fortran, const std::string& shape, const std::string& values) {
  const std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }\n";
  return "\x93NUMPY\x01\0"s + little(header.size(), 2) + header + values;
}

/// The deflate stream that stores `data` (RFC 1951, 3.2.4), claimed to inflate to `bytes`.
ZipFile deflated(const std::string& name, const std::string& data, std::uint64_t bytes) {
  Crc32 checksum;
  checksum.update(bytes_of(data));
  return {name, "\x01" + little(data.size(), 2) + little(~data.size(), 2) + data, 8, bytes, checksum.value()};
}

std::string error_of_npy(const std::string& array) {
  return error_of(make_zip({{"a.npy", array}}), "m.npz");
}

TEST(Npz, ReadsArraysUnderTheirNames) {
  const std::string array = npy("<f4", false, "(2,)", "12345678");
  const auto catalogue = open_bytes(
      make_zip({{"b/kernel.npy", array}, {"notes.txt", "x"}, deflated("a.npy", array, array.size())}));
  EXPECT_EQ(catalogue.container, "npz");
  ASSERT_EQ(catalogue.tensors.size(), 2U);
  for (const char* name : {"a", "b/kernel"}) {
    const TensorEntry* entry = catalogue.find(name);
    ASSERT_TRUE(entry) << name;
    EXPECT_EQ(entry->type, "F32");
    EXPECT_EQ(values_of(catalogue, *entry), "12345678");
  }
}

TEST(Npz, FortranOrderBecomesStrides) {
  const auto catalogue = open_bytes(make_zip({{"a.npy", npy("|u1", true, "(2, 3)", "adbecf")}}));
  EXPECT_THAT(catalogue.tensors.at(0).strides, ElementsAre(1, 2));
  EXPECT_EQ(values_of(catalogue, catalogue.tensors[0]), "abcdef");
}

TEST(Npz, OtherArraysAreNamedAsUnreadable) {
  const auto reason = [](const std::string& descr) {
    return open_bytes(make_zip({{"a.npy", npy(descr, false, "(1,)", "12345678")}})).unreadable.at("a");
  };
  EXPECT_THAT(reason("|O"), HasSubstr("pickled Python objects"));
  EXPECT_THAT(reason(">f8"), HasSubstr("is big-endian (>f8)"));
  EXPECT_THAT(reason("<U2"), HasSubstr("numpy's type <U2"));
  EXPECT_THAT(reason(""), HasSubstr("numpy's type"));
}

TEST(Npz, RefusesMalformedArrays) {
  EXPECT_THAT(error_of_npy("no array"), HasSubstr("m.npz: member 'a.npy': is not an .npy file"));
  EXPECT_THAT(error_of_npy("\x93NUMPY\x01\0\xff\xff{"s), HasSubstr("an .npy header of 65535 bytes"));
  EXPECT_THAT(error_of_npy("\x93NUMPY\x01\0\xff\0{"s), HasSubstr("is cut short in its .npy header"));
  EXPECT_THAT(error_of_npy(npy("<f4", false, "(2,)", "1234567")),
              HasSubstr("holds 7 bytes, its shape [2] and type F32"));
  EXPECT_THAT(error_of_npy(npy("<f4", false, "(2,)", "123456789")), HasSubstr("holds 9 bytes"));
  EXPECT_THAT(error_of_npy(npy("<f4", false, "(9223372036854775807,)", "")),
              HasSubstr("more values than a file can hold"));
  EXPECT_THAT(error_of_npy(npy("<f4", false, "(1152921504606846975,)", "")), HasSubstr("say otherwise"));
  EXPECT_THAT(error_of_npy(npy("<f4", false, "(0, 1152921504606846976, 16)", "")),
              HasSubstr("larger than any memory"));
}

TEST(Npz, RefusesMembersThatInflateToSomethingElse) {
  const std::string array = npy("|u1", false, "(5,)", "hello");
  const auto read = [](const ZipFile& file) {
    try {
      const auto catalogue = open_bytes(make_zip({file}), "m.npz");
      return values_of(catalogue, catalogue.tensors.at(0));
    } catch (const InputError& error) {
      return format_error(error);
    }
  };
  EXPECT_EQ(read(deflated("a.npy", array, array.size())), "hello");
  EXPECT_THAT(read(deflated("a.npy", array + "!", array.size())),
              HasSubstr("m.npz: member 'a.npy': inflates to more than"));
  EXPECT_THAT(read(deflated("a.npy", array.substr(0, array.size() - 1), array.size())),
              HasSubstr("inflates to less than"));
  ZipFile damaged = deflated("a.npy", array, array.size());
  damaged.crc32 ^= 1;
  EXPECT_THAT(read(damaged), HasSubstr("has another checksum than its bytes"));
  damaged.data[0] = '\x07';
  EXPECT_THAT(read(damaged), HasSubstr("its compressed data are malformed"));
  EXPECT_THAT(read(deflated("a.npy", array, 0x7fff'ffff)), HasSubstr("claims 2147483647 bytes, which"));
}

}  // namespace
}  // namespace vitrobust::models
