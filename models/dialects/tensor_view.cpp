#include "models/dialects/tensor_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace vitrobust::models {
namespace {

[[noreturn]] void refuse(const TensorEntry& entry, const std::string& problem) {
  throw InputError({}, fmt::format("tensor '{}' has shape {}, {}", printable_name(entry.name),
                                   shape_text(entry.shape), problem));
}

std::vector<std::int64_t> strides_of(const TensorEntry& entry) {
  if (!entry.strides.empty()) return entry.strides;
  std::vector<std::int64_t> strides(entry.shape.size(), 1);
  for (std::size_t i = strides.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(entry.shape[i], 1);
  return strides;
}

struct Axes {
  std::vector<std::int64_t> shape, strides;
};

/// Neighbouring dimensions that lie in memory as one are joined; those of one element are dropped.
Axes joined(const TensorEntry& entry) {
  const std::vector<std::int64_t> strides = strides_of(entry);
  Axes axes;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (entry.shape[i] == 1) continue;
    if (!axes.shape.empty() && axes.strides.back() == strides[i] * entry.shape[i]) {
      axes.shape.back() *= entry.shape[i];
      axes.strides.back() = strides[i];
    } else {
      axes.shape.push_back(entry.shape[i]);
      axes.strides.push_back(strides[i]);
    }
  }
  return axes;
}

std::size_t element_bytes(const TensorEntry& entry) {
  // From the first to the last element: one more than their distance.
  std::int64_t distance = 0;
  const std::vector<std::int64_t> strides = strides_of(entry);
  for (std::size_t i = 0; i < strides.size(); ++i) distance += strides[i] * (entry.shape[i] - 1);
  return static_cast<std::size_t>(entry.bytes / static_cast<std::uint64_t>(distance + 1));
}

/// The entry with other axes, its extent measured anew; `first` elements of the source are left out before.
TensorEntry with_axes(const TensorEntry& entry, std::vector<std::int64_t> shape,
                      std::vector<std::int64_t> strides, std::int64_t first = 0) {
  const auto width = static_cast<std::uint64_t>(element_bytes(entry));
  TensorEntry result = entry;
  std::int64_t distance = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) distance += strides[i] * (shape[i] - 1);
  result.shape = std::move(shape);
  result.strides.clear();
  // Contiguous entries are read straight into place, so that they should be seen to be.
  const std::vector<std::int64_t> contiguous = strides_of(result);
  for (std::size_t i = 0; i < strides.size(); ++i)
    if (result.shape[i] != 1 && strides[i] != contiguous[i]) result.strides = strides;
  result.offset += static_cast<std::uint64_t>(first) * width;
  result.bytes = static_cast<std::uint64_t>(distance + 1) * width;
  return result;
}

void require_elements(const TensorEntry& entry) {
  if (entry.elements() == 0) refuse(entry, "which is empty");
}

/// Resolves -1. @throws InputError when the numbers of elements differ
void complete(const TensorEntry& entry, std::vector<std::int64_t>& shape) {
  const auto elements = static_cast<std::int64_t>(entry.elements());
  std::int64_t product = 1;
  std::int64_t* open = nullptr;
  for (std::int64_t& size : shape) {
    if (size == -1)
      open = &size;
    else if (size < 1 || product > elements / size)
      refuse(entry, fmt::format("which cannot be read as {}", shape_text(shape)));
    else
      product *= size;
  }
  if (open) *open = elements / product;
  if (product * (open ? *open : 1) != elements)
    refuse(entry, fmt::format("which cannot be read as {}", shape_text(shape)));
}

}  // namespace

TensorEntry reshaped(const TensorEntry& entry, std::vector<std::int64_t> shape) {
  require_elements(entry);
  complete(entry, shape);
  const Axes axes = joined(entry);
  // Every new dimension is cut off the end of the joined one that it lies in.
  std::vector<std::int64_t> strides(shape.size(), 1);
  std::size_t axis = axes.shape.size();
  std::int64_t left = 1;
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (left == 1) {
      --axis;  // there is one, for the numbers of elements agree
      left = axes.shape[axis];
      stride = axes.strides[axis];
    }
    if (left % shape[i] != 0) refuse(entry, "whose elements lie in an order that cannot be followed");
    strides[i] = stride;
    stride *= shape[i];
    left /= shape[i];
  }
  return with_axes(entry, std::move(shape), std::move(strides));
}

TensorEntry permuted(const TensorEntry& entry, const std::vector<std::size_t>& order) {
  require_elements(entry);
  if (entry.shape.size() != order.size()) refuse(entry, fmt::format("expected {} dimensions", order.size()));
  const std::vector<std::int64_t> strides = strides_of(entry);
  std::vector<std::int64_t> new_shape;
  std::vector<std::int64_t> new_strides;
  for (const std::size_t from : order) {
    new_shape.push_back(entry.shape.at(from));
    new_strides.push_back(strides.at(from));
  }
  return with_axes(entry, std::move(new_shape), std::move(new_strides));
}

TensorEntry narrowed(const TensorEntry& entry, std::size_t dimension, std::int64_t begin,
                     std::int64_t length) {
  require_elements(entry);
  if (dimension >= entry.shape.size() || begin < 0 || length < 1 || begin > entry.shape[dimension] - length)
    refuse(entry, fmt::format("expected {} elements or more in dimension {}", begin + length, dimension));
  std::vector<std::int64_t> strides = strides_of(entry);
  std::vector<std::int64_t> shape = entry.shape;
  shape[dimension] = length;
  const std::int64_t first = begin * strides[dimension];
  return with_axes(entry, std::move(shape), std::move(strides), first);
}

TensorEntry selected(const TensorEntry& entry, std::int64_t index) {
  TensorEntry row = narrowed(entry, 0, index, 1);
  row.shape.erase(row.shape.begin());
  if (!row.strides.empty()) row.strides.erase(row.strides.begin());
  return row;
}

}  // namespace vitrobust::models
