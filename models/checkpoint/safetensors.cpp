#include "models/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"

namespace vitrobust::models {
namespace {

// The format is little-endian; so are all machines that LibTorch is built for.
static_assert(std::endian::native == std::endian::little);

struct TypePair {
  const char* name;
  at::ScalarType type;
};

constexpr TypePair kTorchTypes[] = {
    {"F64", at::kDouble},
    {"F32", at::kFloat},
    {"F16", at::kHalf},
    {"BF16", at::kBFloat16},
    {"I64", at::kLong},
    {"I32", at::kInt},
    {"I16", at::kShort},
    {"I8", at::kChar},
    {"U64", at::kUInt64},
    {"U32", at::kUInt32},
    {"U16", at::kUInt16},
    {"U8", at::kByte},
    {"BOOL", at::kBool},
    {"C64", at::kComplexFloat},
    {"F8_E5M2", at::kFloat8_e5m2},
    {"F8_E4M3", at::kFloat8_e4m3fn},
};

std::optional<at::ScalarType> torch_type(const std::string& name) {
  for (const TypePair& pair : kTorchTypes) {
    if (name == pair.name) return pair.type;
  }
  return std::nullopt;
}

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
    const auto found = std::find_if(std::begin(kTorchTypes), std::end(kTorchTypes),
                                    [&](const TypePair& p) { return p.type == tensor.scalar_type(); });
    if (found == std::end(kTorchTypes) || !at::isFloatingType(tensor.scalar_type()))
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

at::Tensor read_safetensors_tensor(const std::string& path, const TensorEntry& entry, at::ScalarType type) {
  const std::string where = fmt::format("tensor '{}'", printable_name(entry.name));
  const std::optional<at::ScalarType> stored = torch_type(entry.type);
  if (!stored)
    throw InputError(path, fmt::format("{} has elements of type {}, which cannot be read", where, entry.type),
                     "store the weights as F32, F16 or BF16");
  at::Tensor tensor = at::empty(entry.shape, at::TensorOptions().dtype(*stored));
  if (entry.bytes != 0) {
    std::ifstream stream(path, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(entry.offset));
    // A file may shrink after its header was read: that ends in a message, where a memory map would end in a
    // signal.
    if (!stream.read(static_cast<char*>(tensor.mutable_data_ptr()),
                     static_cast<std::streamsize>(entry.bytes)))
      throw InputError(path, where + " cannot be read: the file changed while it was being read");
  }
  return tensor.to(type);
}

std::map<std::string, at::Tensor> read_safetensors(const std::string& path) {
  std::map<std::string, at::Tensor> tensors;
  for (const TensorEntry& entry : read_safetensors_header(path).tensors) {
    // An unknown type is refused by the call, whatever it is asked to become.
    const at::ScalarType type = torch_type(entry.type).value_or(at::kFloat);
    tensors.emplace(entry.name, read_safetensors_tensor(path, entry, type));
  }
  return tensors;
}

}  // namespace vitrobust::models
