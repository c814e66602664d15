#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// One element type of the safetensors format.
struct SafetensorsType {
  std::string name;  ///< as the header spells it, e.g. "BF16"
  std::uint64_t bits = 0;
};

/// Every element type of the format, in the order of its reference implementation (huggingface/safetensors,
/// tensor.rs), which sorts a file by it: narrow types first.
std::span<const SafetensorsType> safetensors_types();

/// What a safetensors file says about itself.
struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of their bytes
  std::map<std::string, std::string> metadata;

  /// The tensor of that name, or nullptr.
  [[nodiscard]] const TensorEntry* find(const std::string& name) const;
};

inline constexpr std::uint64_t kSafetensorsPrefixBytes = 8;
/// The format's own limit of the JSON header.
inline constexpr std::uint64_t kSafetensorsMaxHeaderBytes = 100'000'000;

/// Length of the JSON header, from the first bytes of the file (eight, or all of a shorter one).
/// @param source named in errors, usually the path
/// @throws InputError when the file cannot hold it
std::uint64_t safetensors_header_length(std::span<const std::uint8_t> prefix, std::uint64_t file_bytes,
                                        const std::string& source);

/// Parses the JSON header and checks it against the size of the file: known types, shapes and byte ranges
/// that agree, ranges that cover the data without hole, overlap or remainder. Nothing of a size named in the
/// file is allocated. Names in errors have control characters escaped.
/// @param json the bytes after the length, exactly as many as it says
/// @throws InputError that names file and tensor
SafetensorsHeader parse_safetensors_header(std::span<const std::uint8_t> json, std::uint64_t file_bytes,
                                           const std::string& source);

/// The same for a whole file, of which only the header is read. @throws InputError
SafetensorsHeader read_safetensors_header(const ByteSource& file);
SafetensorsHeader read_safetensors_header(const std::string& path);

/// The header as a catalogue of the file's tensors. @throws InputError
TensorCatalogue open_safetensors(std::shared_ptr<const ByteSource> file);

}  // namespace vitrobust::models
