#pragma once

#include <cstdint>
#include <vector>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

// Other ways of walking over the elements of an entry. Each throws InputError, which names the tensor, when
// it has not the dimensions that the way needs; no element is touched.

/// The same elements in the same order under another shape; one size may be -1 and follows from the others.
TensorEntry reshaped(const TensorEntry& entry, std::vector<std::int64_t> shape);

/// Dimension i of the result is dimension order[i] of the entry.
TensorEntry permuted(const TensorEntry& entry, const std::vector<std::size_t>& order);

/// Elements [begin, begin + length) of a dimension.
TensorEntry narrowed(const TensorEntry& entry, std::size_t dimension, std::int64_t begin,
                     std::int64_t length);

/// Row `index` of the first dimension, which goes away.
TensorEntry selected(const TensorEntry& entry, std::int64_t index);

}  // namespace vitrobust::models
