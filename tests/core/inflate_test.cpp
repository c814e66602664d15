#include "core/inflate.h"

#include <gmock/gmock.h>

#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace vitrobust {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

/// printf hello | gzip -n, and its deflate stream alone.
const std::string kHello =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"s;
const std::string kRawHello = kHello.substr(10, 7);

std::string failure(const std::string& compressed) {
  try {
    inflate_gzip(compressed, 1000, "a.gz");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Inflate, ReadsGzip) {
  EXPECT_EQ(inflate_gzip(kHello, 1000, "a.gz"), "hello");
  EXPECT_EQ(inflate_gzip(kHello + kHello, 1000, "a.gz"), "hellohello") << "members joined end to end";
}

TEST(Inflate, RefusesMoreThanItIsAllowed) {
  EXPECT_EQ(inflate_gzip(kHello, 5, "a.gz"), "hello");
  EXPECT_THROW(inflate_gzip(kHello, 4, "a.gz"), InputError);
}

TEST(Inflate, EveryBeginningIsAnError) {
  for (std::size_t length = 0; length < kHello.size(); ++length)
    EXPECT_THAT(failure(kHello.substr(0, length)), HasSubstr("a.gz: its compressed data end early"))
        << length;
}

TEST(Inflate, EveryDamagedByteOfDataAndChecksumIsAnError) {
  for (std::size_t at = 10; at < kHello.size(); ++at) {
    std::string damaged = kHello;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    EXPECT_THAT(failure(damaged), HasSubstr("a.gz: ")) << at;
  }
}

TEST(Inflate, ReadsAStreamInPieces) {
  std::size_t at = 0;
  InflateStream stream(
      InflateStream::Format::raw,
      [&](std::span<std::uint8_t> buffer) {  // byte by byte
        if (at == kRawHello.size()) return std::size_t{0};
        buffer[0] = static_cast<std::uint8_t>(kRawHello[at++]);
        return std::size_t{1};
      },
      "raw");
  const auto read = [&](std::size_t count) {
    std::vector<std::uint8_t> out(count);
    const std::size_t got = stream.read(out);
    return std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(got));
  };
  EXPECT_EQ(read(2), "he");
  EXPECT_EQ(read(2), "ll");
  EXPECT_EQ(read(9), "o");
  EXPECT_EQ(read(1), "");
}

TEST(Crc32, KnownAnswer) {
  Crc32 checksum;
  const std::string text = "123456789";
  checksum.update({reinterpret_cast<const std::uint8_t*>(text.data()), 4});
  checksum.update({reinterpret_cast<const std::uint8_t*>(text.data()) + 4, 5});
  EXPECT_EQ(checksum.value(), 0xcbf43926U);
}

}  // namespace
}  // namespace vitrobust
