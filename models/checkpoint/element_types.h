#pragma once

#include <cstdint>
#include <string_view>

namespace vitrobust::models {

/// One element type, as each container spells it; empty where a container has no such type.
struct ElementType {
  std::string_view name;     ///< safetensors' spelling, a catalogue's TensorEntry::type
  std::uint64_t bytes = 0;   ///< of one element
  std::string_view storage;  ///< the class of PyTorch's typed storages: "FloatStorage"
  std::string_view dtype;    ///< torch.NAME: "float32"
  std::string_view numpy;    ///< numpy's descr without the byte order: "f4"
};

/// The type with that spelling, or nullptr. @{
const ElementType* element_type_of_storage(std::string_view storage);
const ElementType* element_type_of_dtype(std::string_view dtype);
const ElementType* element_type_of_numpy(std::string_view descr_without_order);
/// @}

}  // namespace vitrobust::models
