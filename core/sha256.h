#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vitrobust {

/// SHA-256 (FIPS 180-4) of a stream of bytes, through OpenSSL.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::uint8_t> bytes);
  Sha256& update(std::string_view text);
  /// Eight bytes, least significant first, whatever the machine.
  Sha256& update(std::uint64_t value);

  /// The digest; the object is spent afterwards.
  std::array<std::uint8_t, 32> digest();
  /// The digest as 64 lower-case hexadecimal digits; the object is spent afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Digest of one string, in hexadecimal.
std::string sha256_hex(std::string_view text);

/// Digest of a file, read in blocks. @throws InputError
std::string sha256_file(const std::string& path);

}  // namespace vitrobust
