#include "core/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace vitrobust {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(const std::string& path, const std::string& doing) {
  throw InputError(path, fmt::format("{}: {}", doing, std::strerror(errno)));
}

/// Closes the descriptor on every way out.
struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

void write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw_errno(path, "cannot write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string read_file(const std::string& path, std::size_t max_bytes) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file");
  if (fs::is_directory(status)) throw InputError(path, "is a folder, expected a file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw_errno(path, "cannot open");
  std::string contents;
  std::string block(std::size_t{1} << 16, '\0');
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())), stream.gcount() > 0) {
    contents.append(block, 0, static_cast<std::size_t>(stream.gcount()));
    if (contents.size() > max_bytes)
      throw InputError(path, fmt::format("is larger than {} bytes", max_bytes));
  }
  if (stream.bad()) throw_errno(path, "cannot read");
  return contents;
}

void write_file_atomically(const std::string& path, std::string_view contents) {
  const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
  {
    Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.value < 0) throw_errno(path, "cannot write");
    try {
      write_all(file.value, contents, path);
      if (::fsync(file.value) != 0) throw_errno(path, "cannot flush");
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int saved = errno;
    ::unlink(temporary.c_str());
    errno = saved;
    throw_errno(path, "cannot rename the finished file");
  }
}

void make_writable_folder(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (fs::exists(status) && !fs::is_directory(status)) throw InputError(path, "exists and is not a folder");
  fs::create_directories(path, failure);
  if (failure) throw InputError(path, "cannot make this folder: " + failure.message());
  // Permission bits do not tell (root, read-only mounts): only making a file does.
  const std::string probe = fmt::format("{}/.vitrobust-{}", path, ::getpid());
  const Descriptor file{::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (file.value < 0) throw_errno(path, "cannot write into this folder");
  ::unlink(probe.c_str());
}

}  // namespace vitrobust
