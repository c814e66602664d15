#include "models/checkpoint/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "core/error.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEndRecord = 0x06054b50;
constexpr std::uint32_t kEndRecord64 = 0x06064b50;
constexpr std::uint32_t kEndLocator64 = 0x07064b50;
constexpr std::uint64_t kLocalHeaderBytes = 30;
constexpr std::uint64_t kCentralHeaderBytes = 46;
constexpr std::uint64_t kEndRecordBytes = 22;
constexpr std::uint64_t kEndRecord64Bytes = 56;
constexpr std::uint64_t kEndLocator64Bytes = 20;
constexpr std::uint64_t kMaxComment = 0xffff;
/// A directory of 64 MiB has half a million members; the largest models have a few thousand tensors.
constexpr std::uint64_t kMaxDirectoryBytes = std::uint64_t{64} << 20;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint32_t kIn64 = 0xffffffff;

constexpr const char* kDamagedHint = "the file is damaged or was cut short: fetch it again";

/// Little-endian numbers one after the other.
class Fields {
 public:
  Fields(std::span<const std::uint8_t> bytes, const std::string& source) : bytes_(bytes), source_(source) {}

  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::span<const std::uint8_t> take(std::uint64_t count) {
    if (count > bytes_.size()) throw InputError(source_, "its zip directory is cut short", kDamagedHint);
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  std::string text(std::uint64_t count) {
    const auto taken = take(count);
    return {taken.begin(), taken.end()};
  }
  [[nodiscard]] std::uint64_t left() const { return bytes_.size(); }

 private:
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    const auto bytes = take(count);
    for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& source_;
};

struct DirectoryPlace {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
};

[[noreturn]] void fail(const ByteSource& archive, const std::string& problem) {
  throw InputError(archive.name(), problem, kDamagedHint);
}

/// The end record is the last thing in the file but for a comment of the length that it says.
std::uint64_t find_end_record(const ByteSource& archive) {
  const std::uint64_t tail_bytes = std::min(archive.size(), kEndRecordBytes + kMaxComment);
  const auto tail = archive.read(archive.size() - tail_bytes, tail_bytes);
  for (std::uint64_t at = tail_bytes; at-- > 0;) {
    if (tail_bytes - at < kEndRecordBytes) continue;
    Fields fields(std::span<const std::uint8_t>(tail).subspan(at, kEndRecordBytes), archive.name());
    if (fields.u32() != kEndRecord) continue;
    fields.take(kEndRecordBytes - 6);
    if (fields.u16() == tail_bytes - at - kEndRecordBytes) return archive.size() - tail_bytes + at;
  }
  fail(archive, "has no end record of a zip archive: it is cut short, or goes on after its end");
}

/// The 64-bit end record, which the locator in front of the other one points to.
DirectoryPlace read_end_record64(const ByteSource& archive, std::uint64_t end_record) {
  if (end_record < kEndLocator64Bytes) fail(archive, "its zip64 end record is missing");
  const auto locator = archive.read(end_record - kEndLocator64Bytes, kEndLocator64Bytes);
  Fields fields(locator, archive.name());
  if (fields.u32() != kEndLocator64) fail(archive, "its zip64 end record is missing");
  const std::uint32_t disk = fields.u32();
  const std::uint64_t offset = fields.u64();
  if (disk != 0 || fields.u32() > 1) fail(archive, "is one part of a zip archive on several disks");
  if (offset > end_record || end_record - offset < kEndRecord64Bytes)
    fail(archive, fmt::format("its zip64 end record would be at {}, outside of the file", offset));
  const auto record = archive.read(offset, kEndRecord64Bytes);
  Fields end(record, archive.name());
  if (end.u32() != kEndRecord64) fail(archive, "its zip64 end record is missing");
  end.take(8 + 2 + 2);  // its size and versions
  if (end.u32() != 0 || end.u32() != 0) fail(archive, "is one part of a zip archive on several disks");
  DirectoryPlace place;
  const std::uint64_t count_here = end.u64();
  place.count = end.u64();
  if (count_here != place.count) fail(archive, "is one part of a zip archive on several disks");
  place.bytes = end.u64();
  place.offset = end.u64();
  return place;
}

DirectoryPlace read_end_record(const ByteSource& archive) {
  const std::uint64_t end_record = find_end_record(archive);
  const auto record = archive.read(end_record, kEndRecordBytes);
  Fields end(record, archive.name());
  end.u32();
  const std::uint16_t disk = end.u16();
  const std::uint16_t directory_disk = end.u16();
  const std::uint16_t count_here = end.u16();
  DirectoryPlace place;
  place.count = end.u16();
  place.bytes = end.u32();
  place.offset = end.u32();
  if (place.count == 0xffff || place.bytes == kIn64 || place.offset == kIn64)
    place = read_end_record64(archive, end_record);
  else if (disk != 0 || directory_disk != 0 || count_here != place.count)
    fail(archive, "is one part of a zip archive on several disks");
  if (place.offset > end_record || place.bytes > end_record - place.offset)
    fail(archive, fmt::format("its zip directory of {} bytes at {} would be outside of the file", place.bytes,
                              place.offset));
  if (place.bytes > kMaxDirectoryBytes || place.count > place.bytes / kCentralHeaderBytes)
    fail(archive, fmt::format("its zip directory claims {} members in {} bytes", place.count, place.bytes));
  return place;
}

/// Sizes that do not fit 32 bits stand in an extra field, in this order, each only when it is needed.
void read_zip64_extra(Fields extra, ZipMember& member, const std::string& source) {
  const auto needs = [](std::uint64_t value) { return value == kIn64; };
  if (!needs(member.bytes) && !needs(member.stored_bytes) && !needs(member.offset)) return;
  while (extra.left() >= 4) {
    const std::uint16_t id = extra.u16();
    Fields field(extra.take(extra.u16()), source);
    if (id != kZip64Extra) continue;
    for (std::uint64_t* value : {&member.bytes, &member.stored_bytes, &member.offset})
      if (needs(*value)) *value = field.u64();
    return;
  }
  throw InputError(source, fmt::format("member '{}' has no 64-bit sizes", printable_name(member.name)),
                   kDamagedHint);
}

/// One header of the directory; `offset` is still that of the member's own header.
ZipMember read_central_header(Fields& fields, const ByteSource& archive) {
  if (fields.u32() != kCentralHeader) fail(archive, "its zip directory is malformed");
  ZipMember member;
  fields.take(2 + 2);  // versions
  const std::uint16_t flags = fields.u16();
  const std::uint16_t method = fields.u16();
  fields.take(2 + 2);  // time and date
  member.crc32 = fields.u32();
  member.stored_bytes = fields.u32();
  member.bytes = fields.u32();
  const std::uint16_t name_bytes = fields.u16();
  const std::uint16_t extra_bytes = fields.u16();
  const std::uint16_t comment_bytes = fields.u16();
  const std::uint16_t disk = fields.u16();
  fields.take(2 + 4);  // attributes
  member.offset = fields.u32();
  member.name = fields.text(name_bytes);
  read_zip64_extra(Fields(fields.take(extra_bytes), archive.name()), member, archive.name());
  fields.take(comment_bytes);
  const std::string label = fmt::format("member '{}'", printable_name(member.name));
  if (disk != 0 && disk != 0xffff) fail(archive, label + " is on another disk");
  if (flags & kEncrypted) fail(archive, label + " is encrypted");
  if (method != kStored && method != kDeflated)
    fail(archive, fmt::format("{} is compressed by method {}, expected none or deflate", label, method));
  member.deflated = method == kDeflated;
  if (!member.deflated && member.stored_bytes != member.bytes)
    fail(archive,
         fmt::format("{} is stored, but takes {} bytes for {}", label, member.stored_bytes, member.bytes));
  return member;
}

/// Turns the place of the member's header into that of its bytes. @return the place of the header
std::uint64_t enter_member(ZipMember& member, const ByteSource& archive, std::uint64_t directory) {
  const std::string label = fmt::format("member '{}'", printable_name(member.name));
  const std::uint64_t header = member.offset;
  if (header > directory || directory - header < kLocalHeaderBytes)
    fail(archive, fmt::format("{} would be at {}, outside of the file", label, header));
  const auto bytes = archive.read(header, kLocalHeaderBytes);
  Fields fields(bytes, archive.name());
  if (fields.u32() != kLocalHeader) fail(archive, fmt::format("{} has no header at {}", label, header));
  fields.take(kLocalHeaderBytes - 4 - 2 - 2);
  const std::uint64_t name_bytes = fields.u16();
  const std::uint64_t extra_bytes = fields.u16();
  const std::uint64_t room = directory - header - kLocalHeaderBytes;
  if (name_bytes + extra_bytes > room || member.stored_bytes > room - name_bytes - extra_bytes)
    fail(archive, fmt::format("{} of {} bytes would end outside of the file", label, member.stored_bytes));
  const auto name = archive.read(header + kLocalHeaderBytes, name_bytes);
  if (!std::ranges::equal(name, member.name, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); }))
    fail(archive, label + " has another name in its own header");
  member.offset = header + kLocalHeaderBytes + name_bytes + extra_bytes;
  return header;
}

}  // namespace

ZipDirectory::ZipDirectory(const ByteSource& archive) {
  const DirectoryPlace place = read_end_record(archive);
  const auto directory = archive.read(place.offset, place.bytes);
  Fields fields(directory, archive.name());
  struct Extent {
    std::uint64_t begin, end;
    std::size_t member;
  };
  std::vector<Extent> extents;
  for (std::uint64_t i = 0; i < place.count; ++i) {
    ZipMember member = read_central_header(fields, archive);
    const std::uint64_t begin = enter_member(member, archive, place.offset);
    extents.push_back({begin, member.offset + member.stored_bytes, members_.size()});
    members_.push_back(std::move(member));
  }
  if (fields.left() != 0)
    fail(archive, fmt::format("its zip directory goes on for {} bytes after its last member", fields.left()));
  std::ranges::sort(extents, {}, &Extent::begin);
  for (std::size_t i = 1; i < extents.size(); ++i)
    if (extents[i].begin < extents[i - 1].end)
      fail(archive,
           fmt::format("members '{}' and '{}' overlap", printable_name(members_[extents[i - 1].member].name),
                       printable_name(members_[extents[i].member].name)));
  std::ranges::sort(members_, {}, &ZipMember::name);
  const auto twice = std::ranges::adjacent_find(members_, {}, &ZipMember::name);
  if (twice != members_.end())
    fail(archive, fmt::format("has two members named '{}'", printable_name(twice->name)));
}

const ZipMember* ZipDirectory::find(const std::string& name) const {
  const auto found = std::ranges::lower_bound(members_, name, {}, &ZipMember::name);
  return found != members_.end() && found->name == name ? &*found : nullptr;
}

bool looks_like_zip(const ByteSource& source) {
  if (source.size() < 4) return false;
  const auto start = source.read(0, 4);
  return Fields(start, source.name()).u32() == kLocalHeader;
}

}  // namespace vitrobust::models
