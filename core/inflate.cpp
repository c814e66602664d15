#include "core/inflate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "core/error.h"

namespace vitrobust {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

}  // namespace

struct InflateStream::State {
  State(Format kind, ReadMore more, std::string name)
      : format(kind), read_more(std::move(more)), source(std::move(name)), buffer(kBufferBytes) {
    // Negative: no header; 16 more: gzip's.
    const int window_bits = format == Format::raw ? -MAX_WBITS : MAX_WBITS + 16;
    if (inflateInit2(&zlib, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~State() { inflateEnd(&zlib); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Makes sure that there are compressed bytes to go on with. @return false at their end
  bool refill() {
    if (zlib.avail_in != 0) return true;
    const std::size_t got = read_more(buffer);
    zlib.next_in = buffer.data();
    zlib.avail_in = static_cast<uInt>(got);
    return got != 0;
  }

  void step() {
    if (!refill()) throw InputError(source, "its compressed data end early", kHint);
    const int result = inflate(&zlib, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END)
      throw InputError(source,
                       fmt::format("its compressed data are malformed{}{}", zlib.msg ? ": " : "",
                                   zlib.msg ? zlib.msg : ""),
                       kHint);
    if (result != Z_STREAM_END) return;
    // gzip files may be joined end to end.
    if (format == Format::gzip && refill())
      inflateReset(&zlib);
    else
      finished = true;
  }

  static constexpr const char* kHint = "the file is damaged or was cut short: fetch it again";

  Format format;
  ReadMore read_more;
  std::string source;
  std::vector<std::uint8_t> buffer;
  z_stream zlib{};
  bool finished = false;
};

InflateStream::InflateStream(Format format, ReadMore read_more, std::string source)
    : state_(std::make_unique<State>(format, std::move(read_more), std::move(source))) {}
InflateStream::~InflateStream() = default;
InflateStream::InflateStream(InflateStream&&) noexcept = default;

std::size_t InflateStream::read(std::span<std::uint8_t> out) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // zlib counts in 32 bits
  std::size_t filled = 0;
  while (filled < out.size() && !state_->finished) {
    const std::size_t room = std::min(out.size() - filled, kMostAtOnce);
    state_->zlib.next_out = out.data() + filled;
    state_->zlib.avail_out = static_cast<uInt>(room);
    state_->step();
    filled += room - state_->zlib.avail_out;
  }
  return filled;
}

void Crc32::update(std::span<const std::uint8_t> bytes) {
  value_ = static_cast<std::uint32_t>(crc32_z(value_, bytes.data(), bytes.size()));
}

std::string inflate_gzip(const std::string& compressed, std::size_t max_bytes, const std::string& source) {
  std::size_t at = 0;
  InflateStream stream(
      InflateStream::Format::gzip,
      [&](std::span<std::uint8_t> buffer) {
        const std::size_t count = std::min(buffer.size(), compressed.size() - at);
        std::copy_n(compressed.begin() + static_cast<std::ptrdiff_t>(at), count, buffer.begin());
        at += count;
        return count;
      },
      source);
  std::string inflated;
  std::vector<std::uint8_t> block(kBufferBytes);
  while (const std::size_t count = stream.read(block)) {
    inflated.append(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
    if (inflated.size() > max_bytes)
      throw InputError(source, fmt::format("holds more than {} bytes when inflated", max_bytes));
  }
  return inflated;
}

}  // namespace vitrobust
