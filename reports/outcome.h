#pragma once

#include <cstdint>
#include <string>

namespace vitrobust::reports {

/// What happened to one sample in one cell: one row of run.db.
struct Outcome {
  std::uint64_t sample_id = 0;
  int label = 0;
  /// Empty when the sample was classified; otherwise why not, and the figures below mean nothing.
  std::string error = {};
  int prediction = -1;
  /// Whether the label is among the five largest logits.
  bool top5 = false;
  /// Logit of the label minus the largest other logit: negative when wrong.
  double margin = 0;
  /// Cross-entropy, natural logarithm.
  double loss = 0;
  /// Attack cells only: prediction on the image before the attack, perturbation norms in [0,1] pixels,
  /// forward passes.
  int prediction_before = -1;
  double linf = 0;
  double l2 = 0;
  std::int64_t queries = 0;
  /// Of an attack made of several: the name of the one that broke the sample; empty where none did or had to.
  std::string broken_by = {};
  /// Perturbation cells only, which have none of the figures above: flip_share() and mean_top5_distance() of
  /// the sequence (reports/perturbation_metrics.h).
  double flip_share = 0;
  double top5_distance = 0;

  [[nodiscard]] bool correct() const { return error.empty() && prediction == label; }
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

}  // namespace vitrobust::reports
