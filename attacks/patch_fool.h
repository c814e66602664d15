#pragma once

#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of patch_fool: eps, step_size, steps, attention_weight, patches, patch_size, select, layer.
std::vector<ParameterSpec> patch_fool_parameters();

/// Patch-Fool (Fu et al., "Patch-Fool: are Vision Transformers always robust against adversarial
/// perturbations?", ICLR 2022; its implementation GATECH-EIC/Patch-Fool, 9638ec3): few patches, chosen by the
/// attention that they get, are overwritten so that the cross-entropy rises and the first blocks attend to
/// them.
///
/// - The attention loss of block l is the mean over attending tokens t of log ā(t, p), ā the mean over heads,
/// p
///   the most attended of the chosen patches; blocks 2 … depth/2 take part (equation 4; the first block does
///   not in the implementation).
/// - Where its gradient opposes the cross-entropy's, the opposing part is taken out (equation 6, "gradient
///   surgery"); then it is added with the weight attention_weight (0.002). Weight 0 leaves it away.
/// - Adam climbs (β 0.9 and 0.999, guard 1e-8), its step 5 % shorter every 10 iterations.
/// - eps=1, the default, is Patch-Fool, which starts from noise in [0,1]; a smaller eps is its mild form, the
///   perturbation clipped to the L∞ ball after each step and its start uniform in it.
///
/// The implementation steps by 0.22 in normalised images, which in pixels is 0.05. Success counts at any
/// iterate; the implementation takes the last. Starts come from Philox keyed by (seed, "attack/patch_fool",
/// sample id).
std::unique_ptr<Attack> make_patch_fool(const Parameters& parameters);

}  // namespace vitrobust::attacks
