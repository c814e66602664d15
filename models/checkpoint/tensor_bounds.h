#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/checkpoint/element_types.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// A tensor as a file describes it, before anything of it is believed.
struct ClaimedTensor {
  const ElementType* type = nullptr;
  std::vector<std::int64_t> shape;
  /// As many as sizes; empty: contiguous.
  std::vector<std::int64_t> strides;
  /// Of the first element, counted in elements from the start of the storage.
  std::int64_t storage_offset = 0;
};

/// Checks with overflow-checked arithmetic that a tensor lies inside its storage, and that a view that
/// repeats elements (a stride of 0) does not take more memory than its file or a megabyte, whichever is more.
/// @param storage_bytes of the storage that it is a view of
/// @param file_bytes    of the whole file
/// @return the entry, without a name, its offset counted from the start of the storage; without strides when
/// they are
///         those of a contiguous tensor
/// @throws InputError(source, label + problem)
TensorEntry check_tensor(const ClaimedTensor& claimed, std::uint64_t storage_bytes, std::uint64_t file_bytes,
                         const std::string& source, const std::string& label);

/// Strides of a contiguous array whose first dimension varies fastest. @param shape as check_tensor() passed
/// it
std::vector<std::int64_t> fortran_strides(const std::vector<std::int64_t>& shape);

}  // namespace vitrobust::models
