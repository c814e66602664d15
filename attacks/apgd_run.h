#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "attacks/active_set.h"
#include "attacks/ball.h"
#include "attacks/objective.h"

namespace vitrobust::attacks {

/// Whether the iterates of a run may become adversarial examples.
enum class Iterates { candidates, outside_the_threat_model };

/// One run of APGD from a start (Croce and Hein, "Reliable evaluation of adversarial robustness with an
/// ensemble of diverse parameter-free attacks", ICML 2020, algorithm 1, ρ = 0.75, α = 0.75, first step 2·eps;
/// checkpoints after 0.22·steps, then shorter by 0.03 down to 0.06, as in fra31/auto-attack, a392200). For l1
/// see apgd_l1.h: first step eps, a checkpoint every 0.04·steps.
///
/// A quirk of the reference is kept because it changes trajectories: the first loss of the history is
/// compared with the last entry, still 0, instead of the loss of the start.
/// @param active  its samples are attacked and booked; in mode=reference they stay till drop_broken()
/// @param ball    around its images
/// @param start   in the ball, packed like it
/// @param steps   at least 0
/// @return the iterates of highest loss, packed like what is left in `active`
at::Tensor run_apgd(const Objective& objective, ActiveSet& active, const Ball& ball, const at::Tensor& start,
                    std::int64_t steps, Iterates iterates = Iterates::candidates);

}  // namespace vitrobust::attacks
