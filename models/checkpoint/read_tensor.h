#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// LibTorch's name of an element type of safetensors; nothing for those that it has not (F4, F6 …).
std::optional<at::ScalarType> torch_type(const std::string& name);

/// Fills `out` with the numbers of one tensor: straight from the file when the types are equal and the tensor
/// is contiguous, else through a buffer (of 1 MiB, or of the bytes that a strided tensor spans).
/// @param out contiguous, on the CPU, of the entry's number of elements; any type
/// @throws InputError that names file and tensor when the file has been cut short since the catalogue was
/// made, or the elements are of a type that LibTorch has not
void read_tensor_into(const TensorCatalogue& catalogue, const TensorEntry& entry, const at::Tensor& out);

/// The same as a new tensor of the entry's shape, converted to `type`.
at::Tensor read_tensor(const TensorCatalogue& catalogue, const TensorEntry& entry, at::ScalarType type);

}  // namespace vitrobust::models
