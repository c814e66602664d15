#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint/byte_source.h"

namespace vitrobust::models {

/// One file in a zip archive.
struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint64_t offset = 0;        ///< of its first byte, from the start of the archive
  std::uint64_t stored_bytes = 0;  ///< in the archive
  std::uint64_t bytes =
      0;  ///< when inflated; untrusted: nothing of that size may be allocated before it is seen
  std::uint32_t crc32 = 0;  ///< of the inflated bytes
};

/// The directory of a zip archive (PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3), also of zip64.
class ZipDirectory {
 public:
  /// Reads the records at the end of the archive and the header in front of each member.
  /// @throws InputError unless the archive is whole: one disk, members stored or deflated and not encrypted,
  /// names that are unique and equal in both places, members that neither overlap nor reach into the
  /// directory
  explicit ZipDirectory(const ByteSource& archive);

  [[nodiscard]] const std::vector<ZipMember>& members() const { return members_; }
  /// The member of that name, or nullptr.
  [[nodiscard]] const ZipMember* find(const std::string& name) const;

 private:
  std::vector<ZipMember> members_;  ///< sorted by name
};

/// Whether the bytes begin like a zip archive.
bool looks_like_zip(const ByteSource& source);

}  // namespace vitrobust::models
