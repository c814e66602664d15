#include "models/checkpoint/pickled_names.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>

#include "core/error.h"

namespace vitrobust::models {
namespace {

constexpr std::size_t kMostTensors = std::size_t{1} << 16;
constexpr int kDeepest = 64;
/// Of a name with all its keys, as of a module's dict: repeated, a longer one would multiply the file.
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kMostParts = 4096;

class Lister {
 public:
  explicit Lister(const std::string& source) : source_(source) {}

  void list(const std::string& name, const PickleValue* value, int depth) {
    if (depth > kDeepest)
      throw InputError(source_, fmt::format("its dicts lie more than {} deep in each other", kDeepest));
    if (const PickleValue* state = module_state(value)) {
      list_module(name, state, depth);
    } else if (const auto* dict = value->get<PickleDict>()) {
      list_items(name, *dict, depth);
    } else if (holds_numbers(value) || (value->get<PickleObject>() && depth > 0)) {
      if (found.size() == kMostTensors) throw InputError(source_, "names more tensors than any model has");
      found.emplace_back(name, value);
    }
  }

  NamedValues found;

 private:
  void list_items(const std::string& name, const PickleDict& dict, int depth) {
    if (!entered_.insert(&dict).second) return;
    for (const auto& [key, value] : dict.items)
      if (const auto full = full_name(name, key, value)) list(*full, value, depth + 1);
  }

  /// Parameters, buffers but for those that state_dict() leaves out, and the modules inside.
  void list_module(const std::string& name, const PickleValue* state, int depth) {
    if (!entered_.insert(state->get<PickleDict>()).second) return;
    static const PickleDict kNothing;
    const auto part = [&](const char* key) -> const PickleDict& {
      const PickleValue* values = dict_find(state, key);
      return values && values->get<PickleDict>() ? *values->get<PickleDict>() : kNothing;
    };
    list_items(name, part("_parameters"), depth);
    std::set<std::string_view> transient;
    if (const auto* names = sequence_items(dict_find(state, "_non_persistent_buffers_set")))
      for (const PickleRef item : *names) transient.insert(text_of(item).value_or(""));
    for (const auto& [key, value] : part("_buffers").items) {
      if (transient.contains(text_of(key).value_or(""))) continue;
      if (const auto full = full_name(name, key, value)) list(*full, value, depth + 1);
    }
    list_items(name, part("_modules"), depth);
  }

  /// Nothing for keys that are no names.
  std::optional<std::string> full_name(const std::string& name, const PickleValue* key,
                                       const PickleValue* value) {
    const auto text = text_of(key);
    const auto number = integer_of(key);
    if (!text && !number) return std::nullopt;
    if (text && text->size() + name.size() >= kLongestName) {
      if (!holds_numbers(value)) return std::nullopt;
      throw InputError(source_, fmt::format("has a tensor whose name is longer than {} bytes", kLongestName));
    }
    const std::string last = text ? std::string(*text) : fmt::format("{}", *number);
    return name.empty() ? last : fmt::format("{}.{}", name, last);
  }

  const std::string& source_;
  std::unordered_set<const PickleDict*> entered_;
};

}  // namespace

const PickleValue* module_state(const PickleValue* value) {
  const auto* object = value ? value->get<PickleObject>() : nullptr;
  const auto* parts = object && object->state ? object->state->get<PickleDict>() : nullptr;
  if (!parts || parts->items.size() > kMostParts || !dict_find(object->state, "_parameters") ||
      !dict_find(object->state, "_modules"))
    return nullptr;
  return object->state;
}

NamedValues named_values(const PickleValue* value, const std::string& source) {
  Lister lister(source);
  lister.list("", value, 0);
  return std::move(lister.found);
}

bool holds_numbers(const PickleValue* value) {
  return value->get<PickleTensor>() || value->get<PickleArray>();
}

}  // namespace vitrobust::models
