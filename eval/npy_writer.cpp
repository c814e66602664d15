#include "eval/npy_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <torch/torch.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "eval/npy_file.h"

namespace vitrobust::eval {
namespace {

std::string make_header(const std::vector<std::int64_t>& shape, at::ScalarType dtype) {
  return npy_header(dtype == at::kDouble ? "<f8" : "<f4", fmt::format("({},)", fmt::join(shape, ", ")));
}

}  // namespace

NpyWriter::NpyWriter(std::string path, std::vector<std::int64_t> shape, at::ScalarType dtype)
    : path_(std::move(path)), dtype_(dtype), row_bytes_(c10::elementSize(dtype)) {
  for (std::size_t i = 1; i < shape.size(); ++i) row_bytes_ *= static_cast<std::size_t>(shape[i]);
  const std::string header = make_header(shape, dtype);
  header_bytes_ = header.size();
  const std::string partial = partial_name(path_);
  descriptor_ = ::open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw InputError(partial, fmt::format("cannot write: {}", std::strerror(errno)));
  struct stat status {};
  const auto rows = static_cast<std::uint64_t>(shape[0]);
  const std::uint64_t size = header_bytes_ + rows * row_bytes_;
  if (::fstat(descriptor_, &status) != 0 || static_cast<std::uint64_t>(status.st_size) != size)
    create(header, rows);
}

NpyWriter::~NpyWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

NpyWriter::NpyWriter(NpyWriter&& other) noexcept
    : path_(std::move(other.path_)),
      dtype_(other.dtype_),
      row_bytes_(other.row_bytes_),
      header_bytes_(other.header_bytes_),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void NpyWriter::create(const std::string& header, std::uint64_t rows) {
  if (::ftruncate(descriptor_, 0) != 0)
    throw InputError(path_, fmt::format("cannot write: {}", std::strerror(errno)));
  const auto elements = static_cast<std::int64_t>(row_bytes_ / c10::elementSize(dtype_));
  const at::Tensor blank =
      at::full({elements}, std::numeric_limits<double>::quiet_NaN(), at::TensorOptions().dtype(dtype_));
  for (std::uint64_t row = 0; row < rows; ++row)
    write_at(descriptor_, static_cast<const char*>(blank.data_ptr()), row_bytes_,
             header_bytes_ + row * row_bytes_, path_);
  // Last, so that a file of full size always has a header.
  write_at(descriptor_, header.data(), header.size(), 0, path_);
}

void NpyWriter::write(std::span<const std::uint64_t> rows, const at::Tensor& values) {
  const at::Tensor flat = values.to(dtype_).contiguous();
  const auto* bytes = static_cast<const char*>(flat.data_ptr());
  for (const std::uint64_t row : rows) {
    write_at(descriptor_, bytes, row_bytes_, header_bytes_ + row * row_bytes_, path_);
    bytes += row_bytes_;
  }
}

void NpyWriter::finish() {
  rename_partial(path_);
}

}  // namespace vitrobust::eval
