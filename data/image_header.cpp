#include "data/image_header.h"

#include <cstddef>

namespace vitrobust::data {
namespace {

/// Bounds-checked numbers of a header; a read past the end sets `failed` and gives 0.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] bool failed() const { return failed_; }

  std::uint64_t number(std::uint64_t offset, std::size_t size) {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      failed_ = true;
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t at = static_cast<std::size_t>(offset) + (big_endian_ ? i : size - 1 - i);
      value = value << 8 | static_cast<std::uint8_t>(bytes_[at]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
  bool failed_ = false;
};

std::optional<ImageHeader> checked(const Bytes& bytes, ImageHeader header) {
  if (bytes.failed() || header.width == 0 || header.height == 0) return std::nullopt;
  return header;
}

std::optional<ImageHeader> read_png(std::string_view data) {
  Bytes bytes(data, true);
  return checked(bytes, {ImageFormat::png, bytes.number(16, 4), bytes.number(20, 4), 0});
}

/// Markers (ITU-T T.81, B.1.1) that stand alone, without a length.
bool stands_alone(std::uint64_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
}

/// Offset of the first segment whose marker fits, just behind the marker; empty when there is none.
template <typename Fits>
std::optional<std::uint64_t> find_segment(Bytes& bytes, Fits fits) {
  std::uint64_t offset = 2;
  while (!bytes.failed()) {
    if (bytes.number(offset, 1) != 0xFF) return std::nullopt;
    const std::uint64_t marker = bytes.number(offset + 1, 1);
    if (bytes.failed()) break;
    if (fits(marker)) return offset + 2;
    if (marker == 0xFF)  // A fill byte.
      offset += 1;
    else if (stands_alone(marker))
      offset += 2;
    else
      offset += 2 + bytes.number(offset + 2, 2);
  }
  return std::nullopt;
}

std::optional<ImageHeader> read_jpeg(std::string_view data) {
  Bytes bytes(data, true);
  // Start of frame: C0 to CF but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic conditioning).
  const auto frame = find_segment(bytes, [](std::uint64_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  });
  if (!frame) return std::nullopt;
  const std::uint64_t height = bytes.number(*frame + 3, 2);
  return checked(bytes, {ImageFormat::jpeg, bytes.number(*frame + 5, 2), height});
}

std::optional<ImageHeader> read_bmp(std::string_view data) {
  Bytes bytes(data, false);
  if (bytes.number(14, 4) == 12)  // The header of OS/2 1.x.
    return checked(bytes, {ImageFormat::bmp, bytes.number(18, 2), bytes.number(20, 2)});
  const auto magnitude = [](std::uint64_t value) {  // A negative height: rows from the top down.
    return value > 0x7FFFFFFF ? 0x100000000 - value : value;
  };
  return checked(bytes, {ImageFormat::bmp, magnitude(bytes.number(18, 4)), magnitude(bytes.number(22, 4))});
}

std::optional<ImageHeader> read_webp(std::string_view data) {
  Bytes bytes(data, false);
  const std::string_view chunk = data.substr(12, 4);
  if (chunk == "VP8X")
    return checked(bytes, {ImageFormat::webp, bytes.number(24, 3) + 1, bytes.number(27, 3) + 1});
  if (chunk == "VP8L") {
    const std::uint64_t bits = bytes.number(21, 4);
    return checked(bytes, {ImageFormat::webp, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1});
  }
  if (chunk == "VP8 ")
    return checked(bytes, {ImageFormat::webp, bytes.number(26, 2) & 0x3FFF, bytes.number(28, 2) & 0x3FFF});
  return std::nullopt;
}

/// The tags ImageWidth (256) and ImageLength (257) of the first directory (TIFF 6.0).
std::optional<ImageHeader> read_tiff(std::string_view data) {
  Bytes bytes(data, data[0] == 'M');
  const std::uint64_t directory = bytes.number(4, 4);
  const std::uint64_t entries = bytes.number(directory, 2);
  ImageHeader header{ImageFormat::tiff, 0, 0};
  for (std::uint64_t i = 0; i < entries && !bytes.failed(); ++i) {
    const std::uint64_t entry = directory + 2 + 12 * i;
    const std::uint64_t tag = bytes.number(entry, 2);
    const std::size_t size = bytes.number(entry + 2, 2) == 3 ? 2 : 4;  // SHORT or LONG
    if (tag == 256) header.width = bytes.number(entry + 8, size);
    if (tag == 257) header.height = bytes.number(entry + 8, size);
  }
  return checked(bytes, header);
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The next decimal number, past white space and comments; 0 when there is none of at most nine digits.
std::uint64_t netpbm_number(std::string_view data, std::size_t& offset) {
  while (offset < data.size() && (is_space(data[offset]) || data[offset] == '#')) {
    if (data[offset] == '#')
      while (offset < data.size() && data[offset] != '\n') ++offset;
    else
      ++offset;
  }
  std::uint64_t value = 0;
  for (int digits = 0; offset < data.size() && data[offset] >= '0' && data[offset] <= '9'; ++offset) {
    if (++digits > 9) return 0;
    value = 10 * value + static_cast<std::uint64_t>(data[offset] - '0');
  }
  return value;
}

std::optional<ImageHeader> read_netpbm(std::string_view data) {
  std::size_t offset = 2;
  const std::uint64_t width = netpbm_number(data, offset);
  const std::uint64_t height = netpbm_number(data, offset);
  const bool bitmap = data[1] == '1' || data[1] == '4';
  const std::uint64_t maxval = bitmap ? 0 : netpbm_number(data, offset);
  if (width == 0 || height == 0 || (maxval == 0 && !bitmap)) return std::nullopt;
  return ImageHeader{ImageFormat::netpbm, width, height, maxval};
}

}  // namespace

std::optional<ImageHeader> read_image_header(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return read_jpeg(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return read_png(bytes);
  if (bytes.starts_with("BM"sv)) return read_bmp(bytes);
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return read_tiff(bytes);
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 16 && bytes.substr(8, 4) == "WEBP"sv)
    return read_webp(bytes);
  if (bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && is_space(bytes[2]))
    return read_netpbm(bytes);
  return std::nullopt;
}

bool jpeg_is_complete(std::string_view data) {
  Bytes bytes(data, true);
  const auto scan = find_segment(bytes, [](std::uint64_t marker) { return marker == 0xDA; });
  // Within coded data 0xFF is always followed by 0 or a restart marker; only a table between two scans could
  // hold these two bytes by chance, and would hide that the image is cut.
  return scan && data.find("\xFF\xD9", static_cast<std::size_t>(*scan)) != std::string_view::npos;
}

}  // namespace vitrobust::data
