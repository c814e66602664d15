#include "models/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "models/checkpoint/read_tensor.h"
#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::models {
namespace {

/// Place of a type among those the format can store, wide ones last; only floating-point ones are written.
std::size_t type_rank(const std::string& type) {
  const auto types = safetensors_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& t) { return t.name == type; });
  return static_cast<std::size_t>(found - types.begin());
}

struct Item {
  std::string name;
  std::string type;
  at::Tensor tensor;
};

std::vector<Item> sorted_items(const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  std::vector<Item> items;
  std::set<std::string> names{"__metadata__"};
  for (const auto& [name, tensor] : tensors) {
    if (!names.insert(name).second) throw InternalError("two tensors to write are named '" + name + "'");
    const auto types = safetensors_types();
    const auto found = std::ranges::find_if(
        types, [&](const SafetensorsType& type) { return torch_type(type.name) == tensor.scalar_type(); });
    if (found == types.end() || !at::isFloatingType(tensor.scalar_type()))
      throw InternalError(fmt::format("tensor '{}' to write has type {}, expected a floating-point type",
                                      name, c10::toString(tensor.scalar_type())));
    items.push_back({name, found->name, tensor.detach().to(at::kCPU).contiguous()});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    const std::size_t rank_a = type_rank(a.type);
    const std::size_t rank_b = type_rank(b.type);
    return rank_a != rank_b ? rank_a > rank_b : a.name < b.name;
  });
  return items;
}

std::string header_text(const std::vector<Item>& items, const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const Item& item : items) {
    const std::size_t end = offset + item.tensor.nbytes();
    header[item.name] = {
        {"dtype", item.type}, {"shape", item.tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  // So that the tensors' bytes start on a multiple of eight.
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::string& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<Item> items = sorted_items(tensors);
  const std::string header = header_text(items, metadata);
  const std::uint64_t length = header.size();
  std::string contents(sizeof length, '\0');
  std::memcpy(contents.data(), &length, sizeof length);
  contents += header;
  for (const Item& item : items) {
    if (item.tensor.nbytes() != 0)
      contents.append(static_cast<const char*>(item.tensor.const_data_ptr()), item.tensor.nbytes());
  }
  write_file_atomically(path, contents);
}

std::map<std::string, at::Tensor> read_safetensors(const std::string& path) {
  const TensorCatalogue catalogue = open_safetensors(open_file_source(path));
  std::map<std::string, at::Tensor> tensors;
  for (const TensorEntry& entry : catalogue.tensors) {
    // An unknown type is refused by the call, whatever it is asked to become.
    const at::ScalarType type = torch_type(entry.type).value_or(at::kFloat);
    tensors.emplace(entry.name, read_tensor(catalogue, entry, type));
  }
  return tensors;
}

}  // namespace vitrobust::models
