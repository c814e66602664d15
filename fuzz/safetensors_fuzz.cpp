#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/error.h"
#include "models/checkpoint/safetensors_header.h"

namespace {

/// What a reader relies on: the ranges of the tensors follow each other to the end of the file, and a shape
/// takes the bytes that it is given.
void require_sound(const vitrobust::models::SafetensorsHeader& header, std::uint64_t data_start,
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitrobust::models;
  const std::span file(data, size);
  try {
    const auto prefix = file.first(std::min<std::size_t>(size, kSafetensorsPrefixBytes));
    const std::uint64_t length = safetensors_header_length(prefix, size, "fuzz");
    const auto header = parse_safetensors_header(file.subspan(kSafetensorsPrefixBytes, length), size, "fuzz");
    require_sound(header, kSafetensorsPrefixBytes + length, size);
  } catch (const vitrobust::InputError&) {
    // The one way to refuse a file; anything else is a finding.
  }
  return 0;
}
