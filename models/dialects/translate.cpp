#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "models/dialects/dialect.h"
#include "models/dialects/tensor_view.h"

namespace vitrobust::models {
namespace {

/// More blocks than any network has; a tensor that claims to hold more is no stack of them.
constexpr std::int64_t kMostBlocks = 4096;

const DialectEntry* recognise(const TensorCatalogue& catalogue) {
  for (const DialectEntry& dialect : dialect_table()) {
    const bool found = std::ranges::any_of(dialect.signs, [&](std::string_view sign) {
      return std::ranges::any_of(catalogue.tensors,
                                 [&](const TensorEntry& t) { return match(sign, t.name).has_value(); });
    });
    if (found) return &dialect;
  }
  return nullptr;
}

/// The parts of one canonical tensor as they are found.
struct Gathered {
  std::vector<std::optional<PartView>> parts;
  std::vector<std::string> sources;  ///< names in the file
};

class Translator {
 public:
  Translator(const TensorCatalogue& catalogue, const DialectEntry& dialect)
      : catalogue_(catalogue), dialect_(dialect) {
    result_.dialect = dialect.name;
    result_.defaults = dialect.defaults;
  }

  Translation run() {
    for (const TensorEntry& entry : catalogue_.tensors) add(entry);
    for (auto& [name, gathered] : gathered_) result_.tensors.push_back(join(name, gathered));
    if (dialect_.finish) dialect_.finish(catalogue_, result_);
    return std::move(result_);
  }

 private:
  /// Without its prefix; empty when it has none and needs one.
  [[nodiscard]] std::string_view stripped(std::string_view name) const {
    for (const std::string_view prefix : dialect_.prefixes)
      if (name.starts_with(prefix)) return name.substr(prefix.size());
    return dialect_.prefix_needed ? std::string_view() : name;
  }

  void add(const TensorEntry& entry) {
    const std::string_view name = stripped(entry.name);
    if (name.empty()) {
      result_.ignored.push_back(entry.name);
      return;
    }
    for (const auto rules : {dialect_.rules, dialect_.more_rules}) {
      for (const DialectRule& rule : rules) {
        if (const auto found = match(rule.from, name)) return apply(rule, *found, entry);
      }
    }
    place(entry.name, entry, {.from = {}, .to = {}});
  }

  void apply(const DialectRule& rule, const PatternMatch& found, const TensorEntry& entry) {
    // An empty tensor is what a network without the part leaves, as vit-pytorch's does without a class token.
    if (rule.to.empty() || entry.elements() == 0) {
      result_.ignored.push_back(entry.name);
      return;
    }
    if (rule.to.find('#') == std::string_view::npos || !found.index.empty()) {
      place(filled(rule.to, found), entry, rule);
      return;
    }
    if (entry.shape.empty() || entry.shape.front() > kMostBlocks)
      throw InputError({}, fmt::format("tensor '{}' has shape {}, expected the blocks in its first dimension",
                                       printable_name(entry.name), shape_text(entry.shape)));
    for (std::int64_t block = 0; block < entry.shape.front(); ++block)
      place(filled(rule.to, {std::to_string(block), found.text}), selected(entry, block), rule);
  }

  static std::string filled(std::string_view pattern, const PatternMatch& found) {
    std::string name;
    for (const char c : pattern) {
      if (c == '#')
        name += found.index;
      else if (c == '*')
        name += found.text;
      else
        name += c;
    }
    return name;
  }

  void place(const std::string& name, const TensorEntry& entry, const DialectRule& rule) {
    Gathered& gathered = gathered_[name];
    gathered.parts.resize(static_cast<std::size_t>(rule.parts));
    auto& part = gathered.parts.at(static_cast<std::size_t>(rule.part));
    if (part)
      throw InputError({},
                       fmt::format("tensors '{}' and '{}' are both '{}'", printable_name(part->entry.name),
                                   printable_name(entry.name), printable_name(name)));
    part = rule.view ? rule.view(entry) : PartView{entry, entry.shape};
  }

  static CanonicalTensor join(const std::string& name, Gathered& gathered) {
    CanonicalTensor tensor;
    tensor.name = name;
    for (const auto& part : gathered.parts) {
      if (!part) {
        const auto there = std::ranges::find_if(gathered.parts, [](const auto& p) { return p.has_value(); });
        throw InputError({}, fmt::format("tensor '{}' stands alone: {} belong together",
                                         printable_name((*there)->entry.name),
                                         gathered.parts.size() == 3 ? "query, key and value" : "several"));
      }
      add_part(tensor, *part);
    }
    return tensor;
  }

  static void add_part(CanonicalTensor& tensor, const PartView& part) {
    if (tensor.parts.empty()) {
      tensor.type = part.entry.type;
      tensor.shape = part.shape;
    } else {
      const auto& first = tensor.parts.front().entry;
      const bool fits = part.shape.size() == tensor.shape.size() && !part.shape.empty() &&
                        std::equal(part.shape.begin() + 1, part.shape.end(), tensor.shape.begin() + 1);
      if (!fits || part.entry.type != tensor.type)
        throw InputError(
            {}, fmt::format("tensors '{}' ({} {}) and '{}' ({} {}) do not fit together",
                            printable_name(first.name), first.type, shape_text(first.shape),
                            printable_name(part.entry.name), part.entry.type, shape_text(part.entry.shape)));
      tensor.shape.front() += part.shape.front();
    }
    tensor.parts.push_back({part.entry});
  }

  const TensorCatalogue& catalogue_;
  const DialectEntry& dialect_;
  std::map<std::string, Gathered> gathered_;
  Translation result_;
};

}  // namespace

CanonicalTensor* Translation::find(const std::string& name) {
  const auto found = std::ranges::find(tensors, name, &CanonicalTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

const CanonicalTensor* Translation::find(const std::string& name) const {
  const auto found = std::ranges::find(tensors, name, &CanonicalTensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

Translation translate(const TensorCatalogue& catalogue) {
  if (catalogue.tensors.empty()) throw InputError({}, "holds no tensors");
  const DialectEntry* const dialect = recognise(catalogue);
  if (!dialect) {
    std::vector<std::string_view> names;
    for (const DialectEntry& entry : dialect_table())
      if (std::ranges::find(names, entry.name) == names.end()) names.push_back(entry.name);
    throw InputError(
        {},
        fmt::format("its tensors ('{}' …) have the names of no Vision Transformer that is known ({})",
                    printable_name(catalogue.tensors.front().name), fmt::join(names, ", ")),
        "--key-map FILE translates names; --format torchscript runs any architecture");
  }
  return Translator(catalogue, *dialect).run();
}

}  // namespace vitrobust::models
