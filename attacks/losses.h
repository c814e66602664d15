#pragma once

#include <ATen/core/Tensor.h>

#include <string_view>

#include "core/parameters.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

// Losses that attacks maximise. Each is a models::LossFunction: per-sample values [n] of logits [n, classes]
// and targets [n, k] (int64; column 0 is the label), differentiable in the logits, row i a function of row i
// alone. Where logits tie, the gradient is that of one of them.

/// Cross-entropy −log softmax(z)_y, natural logarithm.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

/// Margin max_{i≠y} z_i − z_y: positive exactly when the sample is misclassified (Carlini and Wagner,
/// "Towards evaluating the robustness of neural networks", 2017, f_6 without its floor).
/// @throws UsageError for fewer than 2 classes
at::Tensor cw_margin(const at::Tensor& logits, const at::Tensor& targets);

/// Difference of logits ratio −(z_y − max_{i≠y} z_i) / (z_(1) − z_(3) + 1e-12), z_(k) the k-th largest logit
/// (Croce and Hein, "Reliable evaluation of adversarial robustness", 2020, eq. 6). Invariant to shift and
/// scale; in [−1, 0] while the sample is right, unbounded once it is wrong.
/// @throws UsageError for fewer than 3 classes
at::Tensor dlr(const at::Tensor& logits, const at::Tensor& targets);

/// Targeted form −(z_y − z_t) / (z_(1) − (z_(3) + z_(4))/2 + 1e-12) (the same paper, eq. 7).
/// @param targets  column 0 the label, column 1 the target class
/// @throws UsageError for fewer than 4 classes
at::Tensor targeted_dlr(const at::Tensor& logits, const at::Tensor& targets);

/// log softmax(z)_t, the cross-entropy towards a target class with its sign turned.
/// @param targets  column 0 the label (unused), column 1 the target class
at::Tensor targeted_cross_entropy(const at::Tensor& logits, const at::Tensor& targets);

/// z_t − z_y: positive when the target class is ahead of the label.
/// @param targets  column 0 the label, column 1 the target class
at::Tensor targeted_margin(const at::Tensor& logits, const at::Tensor& targets);

/// loss: ce (the default), cw or dlr.
ParameterSpec loss_parameter();
/// The loss that a name of loss_parameter() stands for, in its targeted form where a target is aimed at.
models::LossFunction loss_named(std::string_view name, bool targeted);

}  // namespace vitrobust::attacks
