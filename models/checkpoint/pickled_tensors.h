#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "models/checkpoint/pickle_value.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// Where the bytes of a storage begin in the file. @throws InputError when they are not there whole
using LocateStorage = std::function<std::uint64_t(const PickleStorage& storage)>;

/// Turns the tensors and arrays of a pickle into entries of a catalogue whose source 0 is the file.
class PickledTensors {
 public:
  PickledTensors(const PickleArena& arena, LocateStorage locate, TensorCatalogue& catalogue)
      : arena_(arena), locate_(std::move(locate)), catalogue_(catalogue) {}

  /// Adds a tensor, a numpy array, or an object that cannot be read (to the catalogue's `unreadable`);
  /// nothing for any other value.
  /// @throws InputError when the tensor leaves its storage or is otherwise malformed
  void add(const std::string& name, const PickleValue& value);

 private:
  void add_tensor(const std::string& name, const PickleTensor& tensor);
  void add_array(const std::string& name, const PickleArray& array);
  std::size_t source_of(std::string_view bytes);

  const PickleArena& arena_;
  LocateStorage locate_;
  TensorCatalogue& catalogue_;
  /// Bytes that lie in the pickle itself, by their place: arrays may share them.
  std::map<const char*, std::size_t> sources_;
};

}  // namespace vitrobust::models
