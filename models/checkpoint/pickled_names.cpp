#include "models/checkpoint/pickled_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "core/error.h"

namespace vitrobust::models {
namespace {

constexpr std::size_t kMostTensors = std::size_t{1} << 16;
constexpr int kDeepest = 64;

std::optional<std::string> key_text(const PickleValue* key) {
  if (const auto text = text_of(key)) return std::string(*text);
  if (const auto number = integer_of(key)) return fmt::format("{}", *number);
  return std::nullopt;
}

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
    for (const auto& [key, value] : dict.items) {
      const auto text = key_text(key);
      if (text) list(joined(name, *text), value, depth + 1);
    }
  }

  /// Parameters, buffers but for those that state_dict() leaves out, and the modules inside.
  void list_module(const std::string& name, const PickleValue* state, int depth) {
    static const PickleDict kNothing;
    const auto part = [&](const char* key) -> const PickleDict& {
      const PickleValue* values = dict_find(state, key);
      return values && values->get<PickleDict>() ? *values->get<PickleDict>() : kNothing;
    };
    list_items(name, part("_parameters"), depth);
    const auto* transient = sequence_items(dict_find(state, "_non_persistent_buffers_set"));
    for (const auto& [key, value] : part("_buffers").items) {
      const auto text = text_of(key);
      const auto same = [&](const PickleValue* other) { return text_of(other) == text; };
      if (text && !(transient && std::ranges::any_of(*transient, same)))
        list(joined(name, *text), value, depth + 1);
    }
    list_items(name, part("_modules"), depth);
  }

  static std::string joined(const std::string& name, std::string_view key) {
    return name.empty() ? std::string(key) : fmt::format("{}.{}", name, key);
  }

  const std::string& source_;
  std::unordered_set<const PickleDict*> entered_;
};

}  // namespace

const PickleValue* module_state(const PickleValue* value) {
  const auto* object = value ? value->get<PickleObject>() : nullptr;
  if (!object || !dict_find(object->state, "_parameters") || !dict_find(object->state, "_modules"))
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
