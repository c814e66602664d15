#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vitrobust::models {

/// Bytes of a known number that tensors lie in. Safe to read from several threads.
///
/// Files are read with pread() where others map them: a mapped file that shrinks ends the process with
/// SIGBUS, here it ends in a message; and the pages of a map count as the process's memory beside the tensors
/// that are made of them.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// What errors call it, usually the path.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Whether reading a part costs no more than that part: not so where everything before it must be inflated.
  [[nodiscard]] virtual bool random_access() const { return true; }

  /// Fills `out` with the bytes from `offset` on. @throws InputError when they are not there, or no longer
  void read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  /// The same into memory of its own; the range is checked before anything is allocated.
  [[nodiscard]] std::vector<std::uint8_t> read(std::uint64_t offset, std::uint64_t count) const;

 protected:
  ByteSource(std::string name, std::uint64_t size) : name_(std::move(name)), size_(size) {}

 private:
  /// The range is inside the source and not empty.
  virtual void read_inside(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
  void check_range(std::uint64_t offset, std::uint64_t count) const;

  std::string name_;
  std::uint64_t size_;
};

/// A regular file, open as long as the source lives. @throws InputError when there is none or it cannot be
/// opened
std::shared_ptr<const ByteSource> open_file_source(const std::string& path);

/// Bytes in memory.
std::shared_ptr<const ByteSource> make_memory_source(std::string name, std::vector<std::uint8_t> bytes);

}  // namespace vitrobust::models
