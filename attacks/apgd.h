#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of apgd: norm, eps, steps, loss, restarts, eot, mode.
std::vector<ParameterSpec> apgd_parameters();
/// APGD-CE, APGD-DLR and the like (run_apgd()), from random starts on the boundary of the ball (Start), drawn
/// from Philox keyed by (seed, "attack/apgd/<loss>", sample id, restart). In l1 a restart is three runs at
/// radius 3·eps, 2·eps and eps with 30, 30 and 40 % of the steps, each from the best iterate of the one
/// before, and only the last can succeed.
std::unique_ptr<Attack> make_apgd(const Parameters& parameters);

/// Parameters of apgd_t: norm, eps, steps, loss, targets, restarts, eot, mode.
std::vector<ParameterSpec> apgd_t_parameters();
/// APGD-T: the same on the targeted loss, for each of the `targets` classes that the clean image comes
/// nearest to, one after another; a model with fewer classes has fewer. Any misclassification counts. Starts
/// are keyed by (seed, "attack/apgd_t/<loss>", sample id, target·restarts + restart), targets counted from 0.
std::unique_ptr<Attack> make_apgd_t(const Parameters& parameters);

}  // namespace vitrobust::attacks
