#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vitrobust::eval {

/// Fills one .npy array (numpy's format 1.0, C order, float32 or float64) row by row, in any order, across
/// interruptions: the file carries the name PATH.partial until finish(). Rows that were never written hold
/// NaN.
class NpyWriter {
 public:
  /// @param shape of the whole array; the first dimension counts the rows. An existing partial file is gone
  /// on with.
  /// @throws InputError when the file cannot be made
  NpyWriter(std::string path, std::vector<std::int64_t> shape, at::ScalarType dtype);
  ~NpyWriter();
  NpyWriter(NpyWriter&& other) noexcept;
  NpyWriter& operator=(NpyWriter&&) = delete;

  /// Writes tensor row i [rows.size(), …] to row rows[i]. @throws InputError when the disk is full
  void write(std::span<const std::uint64_t> rows, const at::Tensor& values);
  /// Renames the file to its final name.
  void finish();

 private:
  void create(const std::string& header, std::uint64_t rows);

  std::string path_;
  at::ScalarType dtype_;
  std::size_t row_bytes_ = 0;
  std::size_t header_bytes_ = 0;
  int descriptor_ = -1;
};

}  // namespace vitrobust::eval
