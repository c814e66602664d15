#pragma once

#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of fgsm: eps.
std::vector<ParameterSpec> fgsm_parameters();

/// Fast gradient sign method (Goodfellow et al., "Explaining and harnessing adversarial examples", ICLR 2015,
/// section 4): x = clip(x0 + eps·sign ∇ CE(x0, y), 0, 1), y the ground truth. Two passes: the gradient, and
/// whether it worked. Draws nothing at random.
std::unique_ptr<Attack> make_fgsm(const Parameters& parameters);

}  // namespace vitrobust::attacks
