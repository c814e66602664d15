#include "models/checkpoint/tensor_catalogue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/json.h"

namespace vitrobust::models {

std::uint64_t TensorEntry::elements() const {
  std::uint64_t product = 1;
  for (const std::int64_t size : shape) product *= static_cast<std::uint64_t>(size);
  return product;
}

const TensorEntry* TensorCatalogue::find(const std::string& name) const {
  const auto found = std::ranges::find(tensors, name, &TensorEntry::name);
  return found == tensors.end() ? nullptr : &*found;
}

std::string printable_name(const std::string& name) {
  constexpr std::size_t kLongest = 120;
  // JSON's escapes are what a safetensors header itself would show.
  const Json shown = name.size() <= kLongest ? name : name.substr(0, kLongest) + "...";
  std::string text = shown.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.substr(1, text.size() - 2);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace vitrobust::models
