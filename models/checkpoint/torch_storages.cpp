#include "models/checkpoint/torch_storages.h"

#include <fmt/format.h>

#include <optional>

#include "core/error.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {
namespace {

/// PyTorch's are numbers.
constexpr std::size_t kLongestKey = 256;

/// Bytes of an element and, for a typed storage, the type.
struct StorageClass {
  std::uint64_t width = 1;
  const ElementType* type = nullptr;
};

std::optional<StorageClass> storage_class(const PickleValue* value) {
  const auto* global = value->get<PickleGlobal>();
  if (!global) return std::nullopt;
  const bool torch =
      global->module == "torch" || global->module == "torch.cuda" || global->module == "torch.storage";
  if (!torch) return std::nullopt;
  if (global->name == "UntypedStorage") return StorageClass{};
  const ElementType* type = element_type_of_storage(global->name);
  if (!type) return std::nullopt;
  return StorageClass{type->bytes, type};
}

std::uint64_t bytes_of(const PickleInput& input, const PickleValue* elements, std::uint64_t width) {
  const auto count = integer_of(elements);
  std::uint64_t bytes = 0;
  if (!count || *count < 0 || __builtin_mul_overflow(static_cast<std::uint64_t>(*count), width, &bytes))
    input.fail("has a storage without a size that could be");
  return bytes;
}

std::size_t storage_index(PickleArena& arena, const PickleInput& input, const std::string& key,
                          std::uint64_t bytes, std::uint64_t width) {
  const auto [place, fresh] = arena.storage_of_key.try_emplace(key, arena.storages.size());
  if (fresh) arena.storages.push_back({key, bytes, width});
  if (const std::uint64_t before = arena.storages[place->second].bytes; before != bytes)
    throw InputError(input.name(), fmt::format("storage '{}' has {} bytes and, elsewhere in the pickle, {}",
                                               printable_name(key), before, bytes));
  return place->second;
}

/// (key, offset, elements): storages that were views of another, until 0.4.
void narrow_to_view(const PickleInput& input, PickleStorageView& storage, const PickleValue* view,
                    std::uint64_t width) {
  if (view->get<PickleNone>()) return;
  const auto* items = sequence_items(view);
  if (!items || items->size() != 3) input.fail("has a view of a storage that is malformed");
  const std::uint64_t offset = bytes_of(input, (*items)[1], width);
  const std::uint64_t bytes = bytes_of(input, (*items)[2], width);
  if (offset > storage.bytes || bytes > storage.bytes - offset)
    input.fail("has a view that leaves its storage");
  storage.offset = offset;
  storage.bytes = bytes;
}

}  // namespace

PickleRef load_storage(PickleArena& arena, const PickleInput& input, PickleRef id) {
  const auto* items = sequence_items(id);
  const auto kind = items && !items->empty() ? text_of(items->front()) : std::nullopt;
  if (kind == "module" && items->size() >= 2) return (*items)[1];
  if (kind != "storage" || items->size() < 5) input.fail("has a persistent id that is no storage's");
  const auto key = text_of((*items)[2]);
  if (!key || key->size() > kLongestKey) input.fail("has a storage without a key");
  const auto storage = storage_class((*items)[1]);
  if (!storage) return arena.make(PickleObject{(*items)[1], id, nullptr}, input.name());
  const std::uint64_t bytes = bytes_of(input, (*items)[4], storage->width);
  PickleStorageView view{storage_index(arena, input, std::string(*key), bytes, storage->width), 0, bytes,
                         storage->type};
  if (items->size() > 5) narrow_to_view(input, view, (*items)[5], storage->width);
  return arena.make(view, input.name());
}

}  // namespace vitrobust::models
