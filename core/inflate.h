#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace vitrobust {

/// Inflates a compressed stream piece by piece (zlib), in memory of a fixed size whatever the stream claims.
class InflateStream {
 public:
  enum class Format {
    raw,   ///< a deflate stream alone, as in zip archives (RFC 1951)
    gzip,  ///< one or several gzip members (RFC 1952), whose checksums are checked
  };
  /// Fills a buffer with the next compressed bytes, as many as it likes; 0 at their end.
  using ReadMore = std::function<std::size_t(std::span<std::uint8_t>)>;

  /// @param source named in errors
  InflateStream(Format format, ReadMore read_more, std::string source);
  ~InflateStream();
  InflateStream(InflateStream&&) noexcept;
  InflateStream& operator=(InflateStream&&) = delete;

  /// Fills `out`. @return how much of it was filled: less than all only at the end of the stream
  /// @throws InputError when the stream is malformed or ends early
  std::size_t read(std::span<std::uint8_t> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// CRC-32 as zip and gzip have it, of bytes that come in pieces.
class Crc32 {
 public:
  void update(std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 0;
};

/// Inflates a whole gzip file that lies in memory. @throws InputError also when it holds more than
/// `max_bytes`
std::string inflate_gzip(const std::string& compressed, std::size_t max_bytes, const std::string& source);

}  // namespace vitrobust
