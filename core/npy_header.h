#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust {

/// What the header of an .npy file says (numpy.lib.format, versions 1.0 to 3.0).
struct NpyHeader {
  /// "|u1", "<i8", "<f4" …
  std::string descr;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  /// Where the values begin.
  std::uint64_t data_offset = 0;

  /// Product of the shape. Cannot overflow: parse_npy_header() checked it.
  [[nodiscard]] std::uint64_t values() const;
};

/// Parses the first bytes of a file; untrusted, so every length is checked before it is used. Python's
/// pickled arrays (descr 'O' and structured types) are refused.
/// @param bytes the file's beginning, at least the whole header
/// @param source named in errors
/// @throws InputError
NpyHeader parse_npy_header(std::string_view bytes, const std::string& source);

/// numpy itself refuses headers longer than this, and so does parse_npy_header(); the first bytes of a file
/// to read are these and 16 more.
inline constexpr std::size_t kMaxNpyHeaderBytes = 10'000;

/// An unsigned little-endian number of up to eight bytes.
std::uint64_t little_endian(std::string_view bytes);

}  // namespace vitrobust
