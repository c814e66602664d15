#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vitrobust::models {

/// Writes a safetensors file as the reference implementation does: wide types first, then by name, header
/// padded to a multiple of eight bytes. The file appears under its name only when it is complete.
/// @param tensors  float64, float32, float16 or bfloat16 on any device; names unique
/// @param metadata becomes `__metadata__`; no entries, no such key
/// @throws InputError when the file cannot be written; InternalError for another type or a repeated name
void write_safetensors(const std::string& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata);

/// Every tensor of a file in its stored type, on the CPU, with memory of its own.
/// @throws InputError that names file and tensor
std::map<std::string, at::Tensor> read_safetensors(const std::string& path);

}  // namespace vitrobust::models
