#include "data/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "core/error.h"
#include "core/files.h"
#include "core/inflate.h"

namespace vitrobust::data {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxBytes = std::size_t{2} << 30;
constexpr std::uint8_t kUnsignedBytes = 0x08;
constexpr std::size_t kMostDimensions = 8;
constexpr std::size_t kSizeBytes = 4;

std::uint8_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<std::uint8_t>(bytes[index]);
}

}  // namespace

IdxArray read_idx(const std::string& path) {
  std::string bytes = read_file(path, kMaxBytes);
  if (bytes.starts_with("\x1f\x8b"sv)) bytes = inflate_gzip(bytes, kMaxBytes, path);
  if (bytes.size() < kSizeBytes || bytes[0] != 0 || bytes[1] != 0)
    throw InputError(path, "is not an IDX file, as MNIST's are",
                     "fetch it again: it should begin with two zero bytes");
  if (byte_at(bytes, 2) != kUnsignedBytes)
    throw InputError(
        path, fmt::format("holds values of type 0x{:02x}, expected 0x08, unsigned bytes", byte_at(bytes, 2)));
  const std::size_t dimensions = byte_at(bytes, 3);
  const std::size_t header = kSizeBytes * (1 + dimensions);
  if (dimensions == 0 || dimensions > kMostDimensions)
    throw InputError(path, fmt::format("has {} dimensions, expected 1 to {}", dimensions, kMostDimensions));
  if (bytes.size() < header) throw InputError(path, "is cut short in its header");
  IdxArray array;
  std::uint64_t expected = 1;
  for (std::size_t at = kSizeBytes; at < header; at += kSizeBytes) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < kSizeBytes; ++i) size = size << 8 | byte_at(bytes, at + i);
    array.shape.push_back(size);
    if (__builtin_mul_overflow(expected, size, &expected))
      throw InputError(path, fmt::format("says that its sizes are {}", fmt::join(array.shape, " x ")));
  }
  if (bytes.size() - header != expected)
    throw InputError(path, fmt::format("holds {} values, its sizes {} promise {}", bytes.size() - header,
                                       fmt::join(array.shape, " x "), expected));
  array.values = bytes.substr(header);
  return array;
}

}  // namespace vitrobust::data
