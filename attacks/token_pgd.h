#pragma once

#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of token_pgd: eps, step_size, steps, restarts, patches, patch_size, select, layer.
std::vector<ParameterSpec> token_pgd_parameters();

/// Projected gradient descent in L∞ (Madry et al., ICLR 2018) that may change k patches only, which on the
/// grid of a ViT are k tokens: x ← Π(x + step_size·sign ∇ CE) inside the patches, the clean image elsewhere.
/// The patches are chosen once, from the clean image. Starts are uniform in the ball, drawn from Philox keyed
/// by (seed, "attack/token_pgd", sample id, restart). Success at any iterate.
std::unique_ptr<Attack> make_token_pgd(const Parameters& parameters);

}  // namespace vitrobust::attacks
