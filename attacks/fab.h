#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of fab: norm, eps, steps, restarts, classes, alpha_max, eta, beta, mode.
std::vector<ParameterSpec> fab_parameters();
/// Parameters of fab_t: the same with `targets` for `classes`.
std::vector<ParameterSpec> fab_t_parameters();

/// Fast adaptive boundary attack (Croce and Hein, "Minimally distorted adversarial examples with a fast
/// adaptive boundary attack", ICML 2020, algorithm 1): looks for the nearest adversarial example by
/// projecting the iterate and the clean image onto the decision boundary, linearised at the iterate, inside
/// [0,1]; which boundary, is decided at every step: the nearest one. A sample is broken by a misclassified
/// iterate within eps, measured in double without tolerance, and then leaves; with mode=reference, or
/// eps=none, all steps are made and the nearest one is kept. From the second restart on, the start is drawn
/// from the ball of radius eps/2, from Philox keyed by (seed, "attack/fab", sample id, restart).
///
/// The gradients of the classes are taken one after another and only the nearest boundary is kept, so that
/// memory does not grow with their number: a step makes min(classes, K − 1) + 1 passes. `classes` bounds
/// them to the likeliest other classes of the clean image; the paper and fra31/auto-attack use all.
/// @throws UsageError for several restarts with eps=none
std::unique_ptr<Attack> make_fab(const Parameters& parameters);

/// FAB-T (Croce and Hein, "Reliable evaluation of adversarial robustness", ICML 2020, section 4): one run
/// towards each of the `targets` likeliest other classes of the clean image, the likeliest first; two passes
/// a step. Any misclassification counts. All else as in make_fab(), the key's name "attack/fab_t"; a start
/// drawn is the same for all targets of a restart.
std::unique_ptr<Attack> make_fab_t(const Parameters& parameters);

}  // namespace vitrobust::attacks
