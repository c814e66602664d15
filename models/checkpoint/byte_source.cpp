#include "models/checkpoint/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace vitrobust::models {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(std::string path, std::uint64_t size, int descriptor)
      : ByteSource(std::move(path), size), descriptor_(descriptor) {}
  ~FileSource() override { ::close(descriptor_); }

 private:
  void read_inside(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    while (!out.empty()) {
      const ssize_t got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw InputError(name(), fmt::format("cannot be read: {}", std::strerror(errno)));
      if (got == 0) throw InputError(name(), "was cut short while it was being read");
      out = out.subspan(static_cast<std::size_t>(got));
      offset += static_cast<std::uint64_t>(got);
    }
  }

  int descriptor_;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::vector<std::uint8_t> bytes)
      : ByteSource(std::move(name), bytes.size()), bytes_(std::move(bytes)) {}

 private:
  void read_inside(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
  }

  std::vector<std::uint8_t> bytes_;
};

}  // namespace

void ByteSource::check_range(std::uint64_t offset, std::uint64_t count) const {
  if (offset > size_ || count > size_ - offset)
    throw InputError(name_,
                     fmt::format("is truncated: {} bytes at {} are wanted of {}", count, offset, size_));
}

void ByteSource::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  check_range(offset, out.size());
  if (!out.empty()) read_inside(offset, out);
}

std::vector<std::uint8_t> ByteSource::read(std::uint64_t offset, std::uint64_t count) const {
  check_range(offset, count);
  std::vector<std::uint8_t> bytes(count);
  if (count != 0) read_inside(offset, bytes);
  return bytes;
}

std::shared_ptr<const ByteSource> open_file_source(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT) throw InputError(path, "no such file");
    throw InputError(path, fmt::format("cannot be opened for reading: {}", std::strerror(errno)));
  }
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw InputError(path, "is not a regular file");
  }
  return std::make_shared<FileSource>(path, static_cast<std::uint64_t>(status.st_size), descriptor);
}

std::shared_ptr<const ByteSource> make_memory_source(std::string name, std::vector<std::uint8_t> bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace vitrobust::models
