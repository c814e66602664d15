#include "data/npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/files.h"

namespace vitrobust::data {
namespace {

constexpr std::size_t kMaxLabels = std::size_t{1} << 28;

}  // namespace

NpyBytes::NpyBytes(std::string path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw InputError(path_, fmt::format("cannot be opened: {}", std::strerror(errno)));
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
      throw InputError(path_, "is not a file");
    std::string beginning(
        std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), kMaxNpyHeaderBytes + 16), '\0');
    const ssize_t got = ::pread(descriptor_, beginning.data(), beginning.size(), 0);
    if (got != static_cast<ssize_t>(beginning.size())) throw InputError(path_, "cannot be read");
    header_ = parse_npy_header(beginning, path_);
    if (header_.descr != "|u1" || header_.fortran_order)
      throw InputError(path_, fmt::format("holds {}{}, expected uint8 in C order", header_.descr,
                                          header_.fortran_order ? " in Fortran order" : ""));
    const std::uint64_t expected = header_.data_offset + header_.values();
    if (static_cast<std::uint64_t>(status.st_size) != expected)
      throw InputError(path_, fmt::format("has {} bytes, its header promises {}", status.st_size, expected));
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

NpyBytes::~NpyBytes() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

NpyBytes::NpyBytes(NpyBytes&& other) noexcept
    : path_(std::move(other.path_)),
      header_(std::move(other.header_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void NpyBytes::read(std::uint64_t offset, std::uint8_t* out, std::size_t count) const {
  if (offset > header_.values() || count > header_.values() - offset)
    throw InternalError(path_ + ": a read beyond the array");
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_, out, count, static_cast<off_t>(header_.data_offset + offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw InputError(path_, "cannot be read, or was cut short while it was");
    out += got;
    offset += static_cast<std::uint64_t>(got);
    count -= static_cast<std::size_t>(got);
  }
}

std::vector<int> read_npy_labels(const std::string& path) {
  const std::string bytes = read_file(path, kMaxLabels);
  const NpyHeader header = parse_npy_header(bytes, path);
  std::size_t width = 0;
  for (const auto& [descr, bytes_each] : {std::pair{"|u1", 1U},
                                          {"|i1", 1U},
                                          {"<u2", 2U},
                                          {"<i2", 2U},
                                          {"<u4", 4U},
                                          {"<i4", 4U},
                                          {"<u8", 8U},
                                          {"<i8", 8U}})
    if (header.descr == descr) width = bytes_each;
  if (width == 0 || header.shape.size() != 1)
    throw InputError(path, fmt::format("holds {} in {} dimensions, expected a row of integer labels",
                                       header.descr, header.shape.size()));
  if (bytes.size() - header.data_offset != header.shape[0] * width)
    throw InputError(path, fmt::format("has {} bytes of labels, its header promises {}",
                                       bytes.size() - header.data_offset, header.shape[0] * width));
  std::vector<int> labels;
  labels.reserve(header.shape[0]);
  for (std::uint64_t i = 0; i < header.shape[0]; ++i) {
    const std::uint64_t value =
        little_endian(std::string_view(bytes).substr(header.data_offset + i * width, width));
    // A negative number is a large one here.
    if (value > 1'000'000) throw InputError(path, fmt::format("label {} is out of range", i));
    labels.push_back(static_cast<int>(value));
  }
  return labels;
}

}  // namespace vitrobust::data
