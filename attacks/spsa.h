#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of spsa: eps, iterations, samples, delta, learning_rate.
std::vector<ParameterSpec> spsa_parameters();

/// SPSA (Uesato et al., "Adversarial risk and the dangers of evaluating against weak attacks", ICML 2018,
/// algorithm 1) in L∞, no gradients: Adam climbs the margin max_{i≠y} z_i − z_y from the clean image along
/// the mean over `samples` antithetic pairs of (f(x + delta·v) − f(x − delta·v)) / (2·delta·v), v random
/// signs, and is projected onto the ball after every step. A sample leaves when an iterate is misclassified.
///
/// The points x ± delta·v are cut to [0,1], as the classifier takes no others, and the quotient divides by
/// the distance that is left of 2·delta, so that it stays unbiased to first order at the border too. v comes
/// from Philox keyed by (seed, "attack/spsa", sample id), drawn anew for every pair and sample. Passes:
/// 2·samples + 1 an iteration, one over the clean image.
std::unique_ptr<Attack> make_spsa(const Parameters& parameters);

}  // namespace vitrobust::attacks
