#include "data/npy.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "test_files.h"

namespace vitrobust::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Version 1.0 with this dictionary, padded as numpy pads it.
std::string npy(std::string dictionary, const std::string& values) {
  while ((10 + dictionary.size() + 1) % 64 != 0) dictionary += ' ';
  dictionary += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dictionary.size() & 0xFF);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + values;
}

std::string header(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

std::string refusal(const std::string& bytes) {
  try {
    parse_npy_header(bytes, "a.npy");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(NpyHeader, ReadsWhatNumpyWrites) {
  const NpyHeader parsed = parse_npy_header(npy(header("|u1", "(50000, 32, 32, 3)"), ""), "a.npy");
  EXPECT_EQ(parsed.descr, "|u1");
  EXPECT_FALSE(parsed.fortran_order);
  EXPECT_THAT(parsed.shape, ElementsAre(50000, 32, 32, 3));
  EXPECT_EQ(parsed.values(), 153'600'000U);
  EXPECT_EQ(parsed.data_offset, 128U);
  EXPECT_THAT(parse_npy_header(npy(header("<i8", "(7,)"), ""), "a.npy").shape, ElementsAre(7));
  EXPECT_TRUE(parse_npy_header(npy(header("<f4", "()"), ""), "a.npy").shape.empty());
}

TEST(NpyHeader, RefusesWhatItCannotTrust) {
  EXPECT_THAT(refusal(""), HasSubstr("is not an .npy file"));
  EXPECT_THAT(refusal("PK\x03\x04 and more bytes"), HasSubstr("is not an .npy file"));
  const std::string good = npy(header("|u1", "(2, 2)"), "");
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(refusal(good.substr(0, length)), "accepted") << length;
  std::string version = good;
  version[6] = 4;
  EXPECT_THAT(refusal(version), HasSubstr("version 4"));
  EXPECT_THAT(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)), HasSubstr("4294967295 bytes"));
  EXPECT_THAT(refusal(npy(header("|u1", "(4294967296, 4294967296)"), "")), HasSubstr("more values"));
  EXPECT_THAT(refusal(npy(header("|u1", "(18446744073709551616,)"), "")), HasSubstr("tuple of sizes"));
  EXPECT_THAT(refusal(npy(header("|u1", "(-1,)"), "")), HasSubstr("tuple of sizes"));
  EXPECT_THAT(refusal(npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }", "")),
              HasSubstr("expected '''"));
  EXPECT_THAT(refusal(npy("{'descr': '|u1', 'shape': (1,), }", "")), HasSubstr("lacks"));
  EXPECT_THAT(refusal(npy("{'descr': '|u1', 'descr': '|u1', }", "")), HasSubstr("unexpected key 'descr'"));
  EXPECT_THAT(refusal(npy(header("|u1", "(1,)") + "x", "")), HasSubstr("goes on"));
}

TEST(NpyBytes, ReadsPiecesAndChecksTheSize) {
  const TemporaryFolder folder;
  const NpyBytes array(folder.write("a.npy", npy(header("|u1", "(2, 3)"), "abcdef")));
  std::uint8_t piece[2];
  array.read(3, piece, 2);
  EXPECT_THAT(piece, ElementsAre('d', 'e'));
  EXPECT_THROW(array.read(5, piece, 2), InternalError);
  EXPECT_THROW(array.read(~std::uint64_t{0}, piece, 2), InternalError);
  for (const std::string& wrong :
       {npy(header("|u1", "(2, 3)"), "abcde"), npy(header("|u1", "(2, 3)"), "abcdefg"),
        npy(header("<f4", "(1,)"), "abcd")})
    EXPECT_THROW(NpyBytes(folder.write("b.npy", wrong)), InputError);
  EXPECT_THROW(NpyBytes((folder.path() / "absent.npy").string()), InputError);
}

TEST(NpyLabels, AreReadInEveryWidth) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_npy_labels(folder.write("a.npy", npy(header("|u1", "(3,)"), {"\x01\x00\x09", 3}))),
              ElementsAre(1, 0, 9));
  EXPECT_THAT(read_npy_labels(folder.write("b.npy", npy(header("<i8", "(1,)"), {"\x05\0\0\0\0\0\0\0", 8}))),
              ElementsAre(5));
  const auto refused = [&](const std::string& bytes) {
    EXPECT_THROW(read_npy_labels(folder.write("c.npy", bytes)), InputError);
  };
  refused(npy(header("<i8", "(1,)"), {"\xff\xff\xff\xff\xff\xff\xff\xff", 8}));
  refused(npy(header("<i8", "(2,)"), {"\x05\0\0\0\0\0\0\0", 8}));
  refused(npy(header("<f4", "(1,)"), "abcd"));
  refused(npy(header("|u1", "(1, 1)"), "a"));
}

}  // namespace
}  // namespace vitrobust::data
