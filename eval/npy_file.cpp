#include "eval/npy_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/error.h"

namespace vitrobust::eval {

std::string npy_header(std::string_view descr, std::string_view shape) {
  std::string dictionary =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, shape);
  constexpr std::size_t kPrefix = 10;  // magic, version, length
  constexpr std::size_t kAlignment = 64;
  const std::size_t total = (kPrefix + dictionary.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  dictionary.resize(total - kPrefix - 1, ' ');
  dictionary += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dictionary.size() & 0xff);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

void write_at(int descriptor, const char* bytes, std::size_t size, std::uint64_t offset,
              const std::string& path) {
  while (size > 0) {
    const ssize_t written = ::pwrite(descriptor, bytes, size, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw InputError(path, fmt::format("cannot write: {}", std::strerror(errno)));
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
}

std::string partial_name(const std::string& path) {
  return path + ".partial";
}

void rename_partial(const std::string& path) {
  std::error_code failure;
  std::filesystem::rename(partial_name(path), path, failure);
  if (failure) throw InputError(path, "cannot rename the finished file: " + failure.message());
}

}  // namespace vitrobust::eval
