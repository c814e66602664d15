#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/checkpoint/byte_source.h"

namespace vitrobust::models {

/// Where one tensor lies; checked against its source before it is in a catalogue, so that reading it cannot
/// leave the source, and so that it takes no more memory than its file or a megabyte.
struct TensorEntry {
  std::string name;
  std::string type;  ///< a name of element_types(), safetensors' spelling: "F32", "BF16", "I64" …
  std::vector<std::int64_t> shape;
  /// Distance of neighbours along each dimension, in elements, never negative; empty: contiguous.
  std::vector<std::int64_t> strides;
  std::size_t source = 0;    ///< index into TensorCatalogue::sources
  std::uint64_t offset = 0;  ///< first byte of the first element, from the start of the source
  std::uint64_t bytes = 0;   ///< from there to the end of the last element

  /// Number of elements; 1 for a 0-d tensor. Cannot overflow.
  [[nodiscard]] std::uint64_t elements() const;
};

/// What a checkpoint holds, whatever its container: names, types, shapes and places of its tensors. No
/// numbers have been read.
struct TensorCatalogue {
  std::string container;           ///< "safetensors", "torch", "torch-legacy" or "npz"
  std::vector<std::string> files;  ///< every file that was opened: shards in the order of their names
  std::vector<std::shared_ptr<const ByteSource>> sources;
  std::vector<TensorEntry> tensors;  ///< names are unique
  /// What the file says beside its tensors: safetensors' __metadata__, plain values beside a state_dict
  /// ("epoch", "args.model").
  std::map<std::string, std::string> metadata;
  /// Things that stand among the weights, have a name and are no tensor that can be read, with the reason: an
  /// error about a missing tensor can say why it is missing.
  std::map<std::string, std::string> unreadable;
  /// What was chosen among several possibilities, one sentence each.
  std::vector<std::string> notes;

  /// The tensor of that name, or nullptr.
  [[nodiscard]] const TensorEntry* find(const std::string& name) const;
};

/// A name from a file, fit for one line of a message: control characters escaped, long ones shortened.
std::string printable_name(const std::string& name);

/// "[2304, 768]"
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace vitrobust::models
