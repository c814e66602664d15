#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/npy_header.h"

namespace vitrobust::data {

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
