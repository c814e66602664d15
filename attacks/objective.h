#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/parameters.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

/// How an attack spends its budget.
enum class Mode {
  /// A sample leaves as soon as one iterate is misclassified: the same flags as `reference` for fewer passes.
  early_stop,
  /// As fra31/auto-attack (a392200) runs: every iteration for every sample that was right when the run began,
  /// the last misclassified iterate returned.
  reference,
};

/// mode: `default` (early_stop) or `reference`.
ParameterSpec mode_parameter();
Mode mode_of(const Parameters& parameters);

/// eot: passes that a gradient is averaged over, 1 by default.
ParameterSpec eot_parameter();

/// What an iterative attack asks a classifier: a loss and its gradient, averaged over several passes where
/// the model is randomised (expectation over transformation: Athalye et al., "Obfuscated gradients give a
/// false sense of security", ICML 2018).
///
/// Logits are averaged too, so that a success must be one of the averaged model; in mode=reference those of
/// the last pass decide, as there.
class Objective {
 public:
  Objective(const models::Classifier& classifier, models::LossFunction loss, std::int64_t eot = 1,
            Mode mode = Mode::early_stop);

  /// Forward and backward passes, as Classifier::loss_gradient().
  [[nodiscard]] models::LossGradient gradient(const at::Tensor& images, const at::Tensor& targets) const;
  /// The same without the gradient, which is undefined: forward passes only.
  [[nodiscard]] models::LossGradient value(const at::Tensor& images, const at::Tensor& targets) const;

  /// Queries that one call makes for each sample.
  [[nodiscard]] std::int64_t queries() const { return eot_; }

 private:
  template <typename Pass>
  [[nodiscard]] models::LossGradient average(Pass pass) const;

  const models::Classifier& classifier_;
  models::LossFunction loss_;
  std::int64_t eot_;
  Mode mode_;
};

}  // namespace vitrobust::attacks
