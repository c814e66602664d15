#pragma once

#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of pgd: norm, eps, step_size, steps, restarts, random_start.
std::vector<ParameterSpec> pgd_parameters();

/// Projected gradient descent in L∞ (Madry et al., "Towards deep learning models resistant to adversarial
/// attacks", ICLR 2018, section 2): x ← Π(x + step_size·sign ∇ CE(x, y)) from a uniform start in the ball (or
/// from the clean image), y the ground truth, Π the projection onto the ball and [0,1]. A sample is broken at
/// any misclassified iterate, the start and the last one included, and then leaves. Starts are drawn from
/// Philox keyed by (seed, "attack/pgd", sample id, restart).
/// @throws UsageError for several restarts without a random start, which would all be the same
std::unique_ptr<Attack> make_pgd(const Parameters& parameters);

}  // namespace vitrobust::attacks
