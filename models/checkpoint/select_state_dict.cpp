#include "models/checkpoint/select_state_dict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "models/checkpoint/pickled_names.h"

namespace vitrobust::models {
namespace {

constexpr std::array kAverages{"state_dict_ema", "model_ema"};
constexpr std::array kWeights{"state_dict", "model", "module"};
/// Under these, training scripts keep what they were started with.
constexpr std::array kSettings{"args", "config", "hparams", "hyper_parameters"};
constexpr std::size_t kMostMetadata = 256;
constexpr std::size_t kLongestMetadata = 1000;
/// A trainer's dict in a trainer's dict.
constexpr int kMostSteps = 4;

struct Chosen {
  const PickleValue* value = nullptr;
  std::string path;
  NamedValues names;
};

bool any_numbers(const NamedValues& names) {
  return std::ranges::any_of(names, [](const auto& item) { return holds_numbers(item.second); });
}

class Selection {
 public:
  Selection(const CatalogueOptions& options, const TensorCatalogue& catalogue)
      : options_(options), source_(catalogue.sources.front()->name()) {}

  Chosen choose(const PickleValue* root) {
    Chosen chosen{root, "", {}};
    if (options_.use_ema && !take_first(chosen, kAverages))
      throw InputError(source_, "holds no moving average of the weights (state_dict_ema or model_ema)",
                       "leave out --use-ema to evaluate the weights themselves");
    for (int step = 0; step < kMostSteps && !module_state(chosen.value); ++step) {
      // Tensors beside "model" belong to the trainer at the top; deeper, "model" may be a part of the
      // network.
      if (!chosen.path.empty() && holds_tensors_itself(chosen.value)) break;
      if (!take_first(chosen, kWeights) && !take_first(chosen, kAverages) && !take_only(chosen)) break;
    }
    if (chosen.path.empty()) chosen.names = named_values(root, source_);
    return chosen;
  }

 private:
  bool take(Chosen& chosen, const std::string& key, const PickleValue* value) {
    if (!value || (!value->get<PickleDict>() && !module_state(value))) return false;
    NamedValues names = named_values(value, source_);
    if (!any_numbers(names)) return false;
    chosen = {value, chosen.path.empty() ? key : chosen.path + "." + key, std::move(names)};
    return true;
  }

  bool take_first(Chosen& chosen, std::span<const char* const> keys) {
    return std::ranges::any_of(
        keys, [&](const char* key) { return take(chosen, key, dict_find(chosen.value, key)); });
  }

  /// The only dict or module among the items that has tensors itself, when no item is a tensor.
  bool take_only(Chosen& chosen) {
    const auto* dict = chosen.value->get<PickleDict>();
    if (!dict || holds_tensors_itself(chosen.value)) return false;
    const auto holds = [&](const auto& item) {
      return text_of(item.first) && holds_tensors_itself(item.second);
    };
    if (std::ranges::count_if(dict->items, holds) != 1) return false;
    const auto& [key, value] = *std::ranges::find_if(dict->items, holds);
    return take(chosen, std::string(*text_of(key)), value);
  }

  /// Whether a module, or a dict with a tensor among its items. Each is looked through once, however often it
  /// is met.
  bool holds_tensors_itself(const PickleValue* value) {
    const auto [place, fresh] = holds_tensors_.try_emplace(value, false);
    if (!fresh) return place->second;
    const auto* dict = value->get<PickleDict>();
    const auto is_tensor = [](const auto& item) { return holds_numbers(item.second); };
    return place->second = module_state(value) || (dict && std::ranges::any_of(dict->items, is_tensor));
  }

  const CatalogueOptions& options_;
  const std::string& source_;
  std::unordered_map<const PickleValue*, bool> holds_tensors_;
};

std::string plain_text(const PickleValue* value) {
  if (const auto text = text_of(value)) return text->size() <= kLongestMetadata ? std::string(*text) : "";
  if (const auto integer = integer_of(value)) return fmt::format("{}", *integer);
  if (const auto* real = value->get<double>()) return fmt::format("{}", *real);
  if (const auto* truth = value->get<bool>()) return *truth ? "true" : "false";
  return "";
}

void add_metadata(TensorCatalogue& catalogue, const std::string& prefix, const PickleValue* value) {
  const auto* dict = value ? value->get<PickleDict>() : nullptr;
  if (!dict) return;
  for (const auto& [key, item] : dict->items) {
    const auto name = text_of(key);
    if (!name || name->size() > kLongestMetadata || catalogue.metadata.size() == kMostMetadata) continue;
    if (std::string text = plain_text(item); !text.empty())
      catalogue.metadata.insert_or_assign(prefix + std::string(*name), std::move(text));
  }
}

void describe_surroundings(const PickleValue& root, TensorCatalogue& catalogue) {
  add_metadata(catalogue, "", &root);
  for (const char* key : kSettings) {
    const PickleValue* settings = dict_find(&root, key);
    // argparse.Namespace is an object with a dict.
    if (settings && settings->get<PickleObject>()) settings = settings->get<PickleObject>()->state;
    add_metadata(catalogue, std::string(key) + ".", settings);
  }
}

void note_choice(const PickleValue& root, const Chosen& chosen, TensorCatalogue& catalogue) {
  if (!chosen.path.empty())
    catalogue.notes.push_back(
        fmt::format("weights taken from '{}' of the checkpoint", printable_name(chosen.path)));
  for (const char* average : kAverages)
    if (dict_find(&root, average) && chosen.path != average)
      catalogue.notes.push_back(
          fmt::format("the checkpoint also has a moving average of them, '{}'", average));
  if (module_state(chosen.value))
    catalogue.notes.push_back(
        fmt::format("the file holds a model object of {}: its weights are read, its code is not",
                    class_name(chosen.value)));
}

[[noreturn]] void throw_no_tensors(const PickleValue& root, const TensorCatalogue& catalogue) {
  const std::string& source = catalogue.sources.front()->name();
  if (root.get<PickleObject>())
    throw InputError(source, fmt::format("holds an object of {}, which is not read", class_name(&root)),
                     "save the state_dict() of the model: torch.save(model.state_dict(), FILE)");
  if (!catalogue.unreadable.empty()) {
    const auto& [name, reason] = *catalogue.unreadable.begin();
    throw InputError(source,
                     fmt::format("holds no tensors that can be read: '{}' {}", printable_name(name), reason));
  }
  throw InputError(source, "holds no tensors");
}

std::string without_prefixes(std::string_view name) {
  constexpr std::array<std::string_view, 2> kPrefixes{"module.", "_orig_mod."};
  const auto leads = [&](std::string_view prefix) {
    return name.starts_with(prefix) && name.size() > prefix.size();
  };
  for (auto prefix = std::ranges::find_if(kPrefixes, leads); prefix != kPrefixes.end();
       prefix = std::ranges::find_if(kPrefixes, leads))
    name.remove_prefix(prefix->size());
  return std::string(name);
}

}  // namespace

void select_state_dict(const PickleValue& root, const CatalogueOptions& options, TensorCatalogue& catalogue,
                       PickledTensors& tensors) {
  const std::string& source = catalogue.sources.front()->name();
  const Chosen chosen = Selection(options, catalogue).choose(&root);
  std::set<std::string_view> names;
  for (const auto& [name, value] : chosen.names) {
    if (!names.insert(name).second)
      throw InputError(source, fmt::format("has two tensors named '{}'", printable_name(name)));
    tensors.add(name, *value);
  }
  if (catalogue.tensors.empty()) throw_no_tensors(root, catalogue);
  describe_surroundings(root, catalogue);
  note_choice(root, chosen, catalogue);
}

void strip_wrapper_prefixes(TensorCatalogue& catalogue, const std::string& source) {
  std::size_t stripped = 0;
  std::set<std::string> names;
  for (TensorEntry& entry : catalogue.tensors) {
    if (std::string name = without_prefixes(entry.name); name.size() != entry.name.size()) {
      entry.name = std::move(name);
      ++stripped;
    }
    if (!names.insert(entry.name).second)
      throw InputError(source, fmt::format("has two tensors named '{}' but for the prefixes of wrappers",
                                           printable_name(entry.name)));
  }
  std::map<std::string, std::string> unreadable;
  for (auto& [name, reason] : catalogue.unreadable)
    unreadable.emplace(without_prefixes(name), std::move(reason));
  catalogue.unreadable = std::move(unreadable);
  if (stripped != 0)
    catalogue.notes.push_back(
        fmt::format("the prefix of a wrapper ('module.' or '_orig_mod.') was taken off {} names", stripped));
}

}  // namespace vitrobust::models
