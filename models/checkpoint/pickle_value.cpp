#include "models/checkpoint/pickle_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {
namespace {

constexpr std::size_t kMaxValues = std::size_t{1} << 23;

}  // namespace

void PickleArena::spend(std::size_t count, const std::string& source) {
  if (count > kMaxValues - spent_)
    throw InputError(source,
                     fmt::format("its pickle makes more than {} objects, as no checkpoint does", kMaxValues));
  spent_ += count;
}

PickleRef dict_find(const PickleValue* value, std::string_view key) {
  const auto* dict = value ? value->get<PickleDict>() : nullptr;
  if (!dict) return nullptr;
  const auto found = std::find_if(dict->items.rbegin(), dict->items.rend(),
                                  [&](const auto& item) { return text_of(item.first) == key; });
  return found == dict->items.rend() ? nullptr : found->second;
}

const std::vector<PickleRef>* sequence_items(const PickleValue* value) {
  const auto* sequence = value ? value->get<PickleSequence>() : nullptr;
  return sequence ? &sequence->items : nullptr;
}

std::optional<std::int64_t> integer_of(const PickleValue* value) {
  if (value && value->get<std::int64_t>()) return *value->get<std::int64_t>();
  return std::nullopt;
}

std::optional<std::string_view> text_of(const PickleValue* value) {
  if (value && value->get<PickleText>()) return value->get<PickleText>()->text;
  return std::nullopt;
}

std::string class_name(const PickleValue* value) {
  if (value && value->get<PickleObject>()) value = value->get<PickleObject>()->callable;
  const auto* global = value ? value->get<PickleGlobal>() : nullptr;
  constexpr std::size_t kShown = 200;
  return global ? printable_name(
                      fmt::format("{}.{}", global->module.substr(0, kShown), global->name.substr(0, kShown)))
                : "?";
}

}  // namespace vitrobust::models
