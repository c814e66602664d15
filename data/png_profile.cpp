#include "data/png_profile.h"

#include <cstddef>
#include <cstdint>

namespace vitrobust::data {
namespace {

constexpr std::size_t kSignature = 8;
/// Length, type and checksum of a chunk.
constexpr std::size_t kFrame = 12;

std::size_t big_endian(std::string_view bytes) {
  std::size_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

std::string without_colour_profile(std::string_view png) {
  std::string kept(png.substr(0, kSignature));
  std::string_view rest = png.substr(kept.size());
  while (rest.size() >= kFrame) {
    const std::size_t length = big_endian(rest);
    if (length > rest.size() - kFrame) break;
    const std::string_view chunk = rest.substr(0, kFrame + length);
    if (chunk.substr(4, 4) != "iCCP") kept += chunk;
    rest.remove_prefix(chunk.size());
  }
  kept += rest;
  return kept;
}

}  // namespace vitrobust::data
