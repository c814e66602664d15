#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/preprocess_config.h"
#include "models/checkpoint/tensor_catalogue.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// A piece of a canonical tensor: elements of a file's tensor, in the order in which the entry's shape and
/// strides walk over them, or zeros.
struct TensorPart {
  TensorEntry entry;
  bool zeros = false;  ///< then only the entry's shape counts
};

/// A tensor under timm's name, in timm's layout, as a recipe over the file's bytes: the elements of the
/// parts, one after the other, are its elements in row-major order.
struct CanonicalTensor {
  std::string name;
  std::string type;  ///< of the parts, as TensorEntry's
  std::vector<std::int64_t> shape;
  std::vector<TensorPart> parts;
};

/// What the library behind a dialect does where neither tensors nor config.json say.
struct DialectDefaults {
  double norm_eps = 1e-6;
  Activation activation = Activation::gelu;
  data::PreprocessConfig preprocess = {};
  /// Whose normalisation that is, for the note about it.
  std::string normalisation = "ImageNet's";
};

/// A checkpoint in canonical names; no numbers have been read.
struct Translation {
  std::string dialect;
  std::vector<CanonicalTensor> tensors;
  std::vector<std::string> ignored;  ///< names of tensors that no classification needs
  DialectDefaults defaults;
  /// Where the layout shows it, as in JAX.
  std::optional<std::int64_t> heads;
  /// What the dialect's library makes of it unless it is told otherwise.
  std::optional<std::int64_t> usual_heads;
  /// Whether the mean over tokens takes the class token too, as vit-pytorch's does.
  bool pool_includes_prefix = false;
  std::vector<std::string> notes;

  /// The tensor of that name, or nullptr.
  [[nodiscard]] CanonicalTensor* find(const std::string& name);
  [[nodiscard]] const CanonicalTensor* find(const std::string& name) const;
};

}  // namespace vitrobust::models
