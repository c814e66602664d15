#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::data {

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

/// An .npy array of plain integers of one byte, read piece by piece from the file; safe from several threads.
class NpyBytes {
 public:
  /// @throws InputError unless the file is a C-ordered uint8 array of exactly the size that its header says
  explicit NpyBytes(std::string path);
  ~NpyBytes();
  NpyBytes(NpyBytes&& other) noexcept;
  NpyBytes& operator=(NpyBytes&&) = delete;

  [[nodiscard]] const std::vector<std::uint64_t>& shape() const { return header_.shape; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Fills `out` with the values from `offset` on. @throws InputError when the file has been cut short since
  void read(std::uint64_t offset, std::uint8_t* out, std::size_t count) const;

 private:
  std::string path_;
  NpyHeader header_;
  int descriptor_ = -1;
};

/// A one-dimensional .npy array of non-negative integers (any width, little-endian), such as labels.
/// @throws InputError naming the file, the position and the value where something is wrong
std::vector<int> read_npy_labels(const std::string& path);

}  // namespace vitrobust::data
