#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

// Iterated gradient ascent. Each step is x ← Π(x + step_size·direction(g)), Π the projection onto the ball
// and [0,1] (Ball::project()), direction the steepest ascent of the norm (ascent_direction()), g the gradient
// of the loss at x, y the ground truth. A sample is broken at any misclassified iterate, the start and the
// last one included, and then leaves. `target` turns the loss to a class (Target), `eot` averages gradients.

/// Parameters of fgsm: eps, target.
std::vector<ParameterSpec> fgsm_parameters();
/// Fast gradient sign method (Goodfellow et al., "Explaining and harnessing adversarial examples", ICLR 2015,
/// section 4): x = clip(x0 + eps·sign ∇ CE(x0, y), 0, 1). Two passes: the gradient, and whether it worked.
/// Draws nothing at random, a random target apart.
std::unique_ptr<Attack> make_fgsm(const Parameters& parameters);

/// Parameters of bim: eps, step_size, steps, target.
std::vector<ParameterSpec> bim_parameters();
/// Basic iterative method (Kurakin et al., "Adversarial examples in the physical world", 2017, section 2.2):
/// steps of the sign of the gradient in L∞ from the clean image.
std::unique_ptr<Attack> make_bim(const Parameters& parameters);

/// Parameters of mi_fgsm: eps, step_size, steps, decay, target.
std::vector<ParameterSpec> mi_fgsm_parameters();
/// Momentum iterative method (Dong et al., "Boosting adversarial attacks with momentum", CVPR 2018, algorithm
/// 1): g ← decay·g + ∇/mean|∇|, then a step of sign g in L∞, from the clean image. (The paper divides by the
/// sum, which has the same sign.) A gradient of zero adds nothing.
std::unique_ptr<Attack> make_mi_fgsm(const Parameters& parameters);

/// Parameters of pgd: norm, eps, step_size, steps, restarts, random_start, loss, target, eot.
std::vector<ParameterSpec> pgd_parameters();
/// Projected gradient descent (Madry et al., "Towards deep learning models resistant to adversarial attacks",
/// ICLR 2018, section 2) from uniform starts in the ball, or from the clean image. Starts are drawn from
/// Philox keyed by (seed, "attack/pgd", sample id, restart).
/// @throws UsageError for several restarts without a random start, which would all be the same
std::unique_ptr<Attack> make_pgd(const Parameters& parameters);

}  // namespace vitrobust::attacks
