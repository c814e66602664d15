#include "models/checkpoint/deflated_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/inflate.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {
namespace {

/// zlib's documentation (zlib_tech.html, "Maximum Compression Factor").
constexpr std::uint64_t kMostFromOneByte = 1032;

class DeflatedSource final : public ByteSource {
 public:
  DeflatedSource(std::shared_ptr<const ByteSource> archive, const ZipMember& member)
      : ByteSource(fmt::format("{}: member '{}'", archive->name(), printable_name(member.name)),
                   member.bytes),
        archive_(std::move(archive)),
        member_(member) {}

  [[nodiscard]] bool random_access() const override { return false; }

 private:
  void read_inside(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::uint64_t at = 0;
    InflateStream stream(
        InflateStream::Format::raw,
        [&](std::span<std::uint8_t> buffer) {
          const std::uint64_t count = std::min<std::uint64_t>(buffer.size(), member_.stored_bytes - at);
          archive_->read(member_.offset + at, buffer.first(count));
          at += count;
          return static_cast<std::size_t>(count);
        },
        name());
    Crc32 checksum;
    std::vector<std::uint8_t> skipped(std::min<std::uint64_t>(offset, std::uint64_t{1} << 16));
    for (std::uint64_t left = offset; left > 0;) {
      const auto part = std::span(skipped).first(std::min<std::uint64_t>(left, skipped.size()));
      fill(stream, part);
      checksum.update(part);
      left -= part.size();
    }
    fill(stream, out);
    if (offset + out.size() < size()) return;
    checksum.update(out);
    std::uint8_t beyond = 0;
    if (stream.read({&beyond, 1}) != 0)
      throw InputError(name(), fmt::format("inflates to more than the {} bytes that it claims", size()));
    if (checksum.value() != member_.crc32)
      throw InputError(name(), "has another checksum than its bytes", "the file is damaged: fetch it again");
  }

  void fill(InflateStream& stream, std::span<std::uint8_t> out) const {
    if (stream.read(out) != out.size())
      throw InputError(name(), fmt::format("inflates to less than the {} bytes that it claims", size()));
  }

  std::shared_ptr<const ByteSource> archive_;
  ZipMember member_;
};

}  // namespace

std::shared_ptr<const ByteSource> make_deflated_source(std::shared_ptr<const ByteSource> archive,
                                                       const ZipMember& member) {
  if (member.bytes / kMostFromOneByte > member.stored_bytes)
    throw InputError(archive->name(),
                     fmt::format("member '{}' claims {} bytes, which {} cannot inflate to",
                                 printable_name(member.name), member.bytes, member.stored_bytes));
  return std::make_shared<DeflatedSource>(std::move(archive), member);
}

}  // namespace vitrobust::models
