#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// The books of a minimum-norm attack on one batch: which samples are still attacked, and the nearest
/// adversarial example of each.
///
/// As in ActiveSet, "packed" tensors have one row per active sample, and what happens to a sample does not
/// depend on the others. A sample is broken when its nearest adversarial example lies within the radius,
/// measured in double on the image in its own dtype, without tolerance; without a radius, at any distance.
class NearestSet {
 public:
  /// When a sample that was broken leaves.
  enum class Leave {
    at_once,   ///< as soon as it is
    when_told  ///< at drop_broken(), until which nearer examples are looked for
  };

  /// All samples of the batch are active at first.
  /// @param epsilon  none: any distance, and then no sample leaves for being broken
  /// @throws InternalError when the input breaks its contract
  NearestSet(const AttackInput& input, const models::Classifier& classifier, Norm norm,
             std::optional<double> epsilon, Leave leave);

  [[nodiscard]] std::int64_t size() const { return rows_.size(0); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Clean images and labels [size()] of the active samples.
  [[nodiscard]] const at::Tensor& clean() const { return clean_; }
  [[nodiscard]] const at::Tensor& labels() const { return labels_; }
  [[nodiscard]] std::vector<std::uint64_t> sample_ids() const;

  /// The active rows of a tensor that was packed before the last screen(), record(), drop_broken() or drop().
  [[nodiscard]] at::Tensor repack(const at::Tensor& packed) const;

  /// Books one pass over the clean images: samples already misclassified are broken without an attack.
  void screen(const at::Tensor& logits);

  /// Books passes over images that are no candidates.
  void spend(std::int64_t queries);

  /// Books one pass over candidates and keeps those that are adversarial and nearer than what was found.
  /// @param images       packed, in [0,1]
  /// @param adversarial  packed [size()] bool
  void record(const at::Tensor& images, const at::Tensor& adversarial);

  /// Books runs that were made side by side as ActiveSet::absorb() does; with a radius and Leave::at_once.
  void absorb(const NearestSet& runs);

  /// Ends the attack on the broken samples, if there is a radius.
  void drop_broken();
  /// Ends the attack on samples, broken or not.
  /// @param done  packed [size()] bool
  void drop(const at::Tensor& done);

  /// Ends the attack and hands over what was found; a sample that was not broken gets its clean image.
  [[nodiscard]] AttackOutput finish() &&;

 private:
  [[nodiscard]] at::Tensor within_radius() const;

  Norm norm_;
  std::optional<double> epsilon_;
  Leave leave_;
  AttackOutput output_;
  std::vector<std::uint64_t> sample_ids_;  // of the whole batch
  at::Tensor rows_;                        // [size()] int64: positions of the active samples in the batch
  at::Tensor clean_, labels_;              // packed
  at::Tensor nearest_;  // packed [size()] float64: distance of the best so far; ∞ before the first
  at::Tensor kept_;     // positions that stayed in the last booking; undefined when all did
};

}  // namespace vitrobust::attacks
