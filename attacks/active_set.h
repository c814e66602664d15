#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "attacks/attack.h"
#include "attacks/ball.h"
#include "attacks/objective.h"

namespace vitrobust::attacks {

/// The books of an attack on one batch: which samples are still attacked and what was found for each.
///
/// Broken samples leave (in mode=reference not before drop_broken()), and the rest are packed, so that passes
/// stay full. "Packed" tensors have one row per
/// active sample, in the order of the batch. Every operation is row-wise: what happens to a sample does not
/// depend on the others.
class ActiveSet {
 public:
  /// All samples of the batch are active at first, their adversarial examples the clean images.
  /// @throws InternalError when the input breaks its contract, a label outside the classes included
  ActiveSet(const AttackInput& input, const models::Classifier& classifier, Mode mode = Mode::early_stop);

  [[nodiscard]] std::int64_t size() const { return rows_.size(0); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  /// Labels of the active samples as a column [size(), 1], for loss_gradient(); the classes that they aim at
  /// as a second column once aim() was called.
  [[nodiscard]] at::Tensor targets() const;
  [[nodiscard]] const at::Tensor& labels() const { return labels_; }
  /// @param classes  packed [size()] int64
  void aim(const at::Tensor& classes) { aims_ = classes; }
  [[nodiscard]] std::vector<std::uint64_t> sample_ids() const;

  /// The active rows of a tensor that has one row per sample of the batch.
  [[nodiscard]] at::Tensor pack(const at::Tensor& batch) const { return batch.index_select(0, rows_); }
  /// The active rows of a tensor that was packed before the last screen() or record().
  [[nodiscard]] at::Tensor repack(const at::Tensor& packed) const;
  [[nodiscard]] Ball repack(const Ball& ball) const;

  /// Books one pass over the clean images: samples already misclassified are broken without an attack.
  /// @param logits  packed [size(), classes]
  void screen(const at::Tensor& logits, std::int64_t queries = 1);

  /// Books one pass over candidate images. A misclassified one breaks its sample; otherwise it is kept if no
  /// earlier one had a higher loss. A tie goes to the later one, so that an attack whose loss underflows to 0
  /// does not return its first guess.
  /// @param images  packed, inside the threat model
  /// @param logits  packed [size(), classes], of these images
  /// @param loss    packed [size()]: what the attack maximises
  /// @param queries what each of these samples cost
  void record(const at::Tensor& images, const at::Tensor& logits, const at::Tensor& loss,
              std::int64_t queries = 1);
  /// @param queries  packed [size()] int64
  void record(const at::Tensor& images, const at::Tensor& logits, const at::Tensor& loss,
              const at::Tensor& queries);

  /// Books passes over images that are no candidates: they lie outside the threat model.
  void spend(std::int64_t queries);

  /// In mode=reference the broken samples leave here, at the end of a run; until then every misclassified
  /// image replaces the one before.
  void drop_broken() { drop(); }

  /// Books runs that were made side by side, on copies of the active samples, as if they had been made one
  /// after another: of each sample the first run that broke it counts, with what that one and those before it
  /// cost, and otherwise the strongest attempt.
  /// @param runs  row r·size() + i is sample i in run r; not of mode=reference
  void absorb(const ActiveSet& runs);

  /// Ends the attack and hands over what was found.
  [[nodiscard]] AttackOutput finish() && { return std::move(output_); }

 private:
  [[nodiscard]] at::Tensor misclassified(const at::Tensor& logits) const;
  void spend(const at::Tensor& queries);
  void drop();

  Mode mode_;
  AttackOutput output_;
  std::vector<std::uint64_t> sample_ids_;  // of the whole batch
  at::Tensor rows_;                        // [size()] int64: positions of the active samples in the batch
  at::Tensor labels_;                      // packed
  at::Tensor aims_;                        // packed; undefined before aim()
  at::Tensor best_loss_;                   // packed; −∞ before the first candidate
  at::Tensor broken_;                      // packed; all false but within a run of mode=reference
  at::Tensor kept_;  // positions that stayed in the last booking; undefined when all did
};

}  // namespace vitrobust::attacks
