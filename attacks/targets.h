#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/parameters.h"

namespace vitrobust::attacks {

/// The classes other than the label, the likeliest first.
/// @param logits  [n, classes], of the clean images
/// @param labels  [n] int64
/// @return [n, classes − 1] int64; of equal logits the smaller class comes first
at::Tensor rivals(const at::Tensor& logits, const at::Tensor& labels);

/// target: none (the default), second, least_likely, random, or the number of a class.
ParameterSpec target_parameter();

/// What a targeted attack aims at. The target only steers the loss: any misclassification is a success, as
/// what is measured is robust accuracy.
class Target {
 public:
  explicit Target(const Parameters& parameters);

  /// Whether there is one.
  explicit operator bool() const { return kind_ != "none"; }

  /// The class that each sample aims at, [n] int64: `second` the likeliest and `least_likely` the unlikeliest
  /// class other than the label; `random` any other class, drawn from Philox keyed by (seed,
  /// "attack/target", sample id); a number that class, but `second` for samples of that class.
  /// @param logits  [n, classes], of the clean images
  /// @throws UsageError when the model has no such class
  [[nodiscard]] at::Tensor choose(const at::Tensor& logits, const at::Tensor& labels,
                                  std::span<const std::uint64_t> sample_ids, std::uint64_t seed) const;

 private:
  std::string kind_;
  std::optional<std::int64_t> class_;
};

}  // namespace vitrobust::attacks
