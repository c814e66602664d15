#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "models/checkpoint/byte_source.h"

namespace vitrobust::models {

/// The bytes of pickles, read forward in pieces. What take() and line() return stays valid as long as the
/// input lives; in memory is no more than a small multiple of what has been read so far, whatever lengths the
/// bytes claim.
class PickleInput {
 public:
  /// Bytes [begin, end) of `source`, which must outlive the input.
  PickleInput(const ByteSource& source, std::uint64_t begin, std::uint64_t end);

  /// The next `count` bytes. @throws InputError when there are not as many
  std::string_view take(std::uint64_t count);
  /// The next bytes up to a newline, without it. @throws InputError when it does not come within 4096
  std::string_view line();
  /// An unsigned little-endian number of `bytes` (at most 8) bytes.
  std::uint64_t number(std::size_t bytes);

  /// Of the next byte, from the start of the source.
  [[nodiscard]] std::uint64_t position() const { return loaded_ - rest_.size(); }
  [[nodiscard]] const std::string& name() const { return source_.name(); }
  /// @throws InputError "NAME: its pickle PROBLEM at byte N"
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  void load(std::uint64_t count);

  const ByteSource& source_;
  std::uint64_t loaded_;  ///< the source up to here is in memory
  std::uint64_t end_;
  std::string_view rest_;  ///< in memory and not yet taken
  std::deque<std::vector<std::uint8_t>> pieces_;
};

}  // namespace vitrobust::models
