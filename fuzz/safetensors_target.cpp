#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "core/error.h"
#include "fuzz/targets.h"
#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::fuzz {
namespace {

/// What a reader relies on: the ranges of the tensors follow each other to the end of the file, and a shape
/// takes the bytes that it is given.
void require_covered(const models::SafetensorsHeader& header, std::uint64_t data_start,
                     std::uint64_t file_bytes) {
  std::uint64_t covered = data_start;
  for (const auto& tensor : header.tensors) {
    if (tensor.offset != covered || tensor.bytes > file_bytes - covered) std::abort();
    if (tensor.elements() / 2 > tensor.bytes) std::abort();
    covered += tensor.bytes;
  }
  if (covered != file_bytes) std::abort();
}

}  // namespace

void run_safetensors(std::span<const std::uint8_t> bytes) {
  using namespace models;
  try {
    const auto prefix = bytes.first(std::min<std::size_t>(bytes.size(), kSafetensorsPrefixBytes));
    const std::uint64_t length = safetensors_header_length(prefix, bytes.size(), "fuzz");
    const auto header =
        parse_safetensors_header(bytes.subspan(kSafetensorsPrefixBytes, length), bytes.size(), "fuzz");
    require_covered(header, kSafetensorsPrefixBytes + length, bytes.size());
  } catch (const InputError&) {
    // The one way to refuse a file; anything else is a finding.
  }
}

}  // namespace vitrobust::fuzz
