#pragma once

#include "attacks/apgd_state.h"

namespace vitrobust::attacks {

// What is different in APGD for L1 (Croce and Hein, "Mind the box: l1-APGD for sparse adversarial attacks on
// image classifiers", ICML 2021, section 4; schedule of fra31/auto-attack, a392200).

/// Sets the density of steps to that of the start, divided by 1.5.
void start_l1(ApgdState& state);

/// Π(x + step·s/‖s‖₁), s the signs of the values whose gradient is largest in magnitude, a share of `density`
/// of them. No momentum.
at::Tensor propose_l1(const ApgdState& state);

/// The density becomes that of the best iterate, divided by 1.5. Where the best iterate has become sparser by
/// more than 5 %, the step is as long as at first again and the run goes on from there; elsewhere the step
/// shrinks by 1.5, down to a tenth of the first.
void check_l1(ApgdState& state);

}  // namespace vitrobust::attacks
