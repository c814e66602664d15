#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/dialects/canonical.h"

namespace vitrobust::models {

/// A part of a canonical tensor with the shape that its elements have there.
struct PartView {
  TensorEntry entry;
  std::vector<std::int64_t> shape;
};

/// How one tensor of a file becomes (a part of) a canonical one. In names, '#' stands for the index of a
/// block and '*' for any text, '%' for any number; a '#' that only the canonical name has stands for each row
/// of the first dimension: such a tensor holds all blocks.
struct DialectRule {
  std::string_view from;
  std::string_view to;                             ///< timm's name; empty: the tensor is not needed
  PartView (*view)(const TensorEntry&) = nullptr;  ///< nullptr: as it is
  int part = 0;  ///< its place among `parts`, joined along the first dimension
  int parts = 1;
};

/// The tensor-naming convention of a library.
struct DialectEntry {
  std::string_view name;
  std::string_view help;
  /// Names of which a file in this dialect has at least one and a file in a later one of the table none.
  std::vector<std::string_view> signs;
  /// Those that names may begin with, before the rules see them.
  std::vector<std::string_view> prefixes;
  /// Whether tensors without a prefix belong to something else, such as a text tower.
  bool prefix_needed = false;
  /// The first rule that a name fits counts; `more_rules` come after them.
  std::span<const DialectRule> rules;
  std::span<const DialectRule> more_rules = {};
  DialectDefaults defaults;
  /// What no rule can say. nullptr: nothing
  void (*finish)(const TensorCatalogue& catalogue, Translation& translation) = nullptr;
};

/// Every dialect there is, special ones before general ones; `vitrobust list`, the documents and the tests
/// read it.
std::span<const DialectEntry> dialect_table();

/// Recognises the dialect and translates every name. Tensors that no rule knows keep their own name, so that
/// they are found unexpected later.
/// @throws InputError without a path, when no dialect fits, parts of a tensor are missing or have no common
/// shape,
///         or two tensors become one
Translation translate(const TensorCatalogue& catalogue);

/// What the wildcards of a pattern stand for in a name.
struct PatternMatch {
  std::string index;  ///< '#'
  std::string text;   ///< '*'
};

/// nullopt when the name does not fit the pattern.
std::optional<PatternMatch> match(std::string_view pattern, std::string_view name);

DialectEntry dinov2_dialect();
DialectEntry huggingface_dialect();
DialectEntry jax_dialect();
DialectEntry older_vit_pytorch_dialect();
DialectEntry openclip_dialect();
DialectEntry timm_dialect();
DialectEntry torchvision_dialect();
DialectEntry vit_pytorch_dialect();

}  // namespace vitrobust::models
