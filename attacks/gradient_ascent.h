#pragma once

#include "attacks/attack.h"
#include "attacks/targets.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

/// What FGSM, BIM, MI-FGSM and PGD (pgd.h) are made of.
struct GradientAscentOptions {
  Norm norm;
  double epsilon;
  double step_size;
  std::int64_t steps;
  std::int64_t restarts = 1;
  bool random_start = false;
  /// What is left of the accumulated gradient in the next step; none: no momentum.
  std::optional<double> decay = std::nullopt;
  models::LossFunction loss;
  Target target;
  std::int64_t eot = 1;
};

std::unique_ptr<Attack> make_gradient_ascent(GradientAscentOptions options);

}  // namespace vitrobust::attacks
