#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of autoattack: norm, eps, version, mode.
std::vector<ParameterSpec> autoattack_parameters();

/// AutoAttack (Croce and Hein, "Reliable evaluation of adversarial robustness with an ensemble of diverse
/// parameter-free attacks", ICML 2020; L1: "Mind the box", ICML 2021) with the order, the budgets and the
/// filtering of fra31/auto-attack (a392200). Each attack starts from the clean image and sees only samples
/// that are still right (make_cascade()):
///   standard  APGD-CE, APGD-T (9 targets), FAB-T (9), Square (5,000 queries); l1: 5 restarts of APGD-CE, 5
///             targets of APGD-T
///   plus      APGD-CE, APGD-DLR and FAB with 5 restarts each, Square, APGD-T, FAB-T
///   rand      APGD-CE and APGD-DLR with gradients averaged over 20 passes, for randomised models
/// 100 iterations each. mode=reference runs all of them for every sample of a run; the default stops a sample
/// where it is broken, and breaks the same ones.
/// @throws UsageError, when run, for a model of fewer than 4 classes, which the targeted loss needs
std::unique_ptr<Attack> make_autoattack(const Parameters& parameters);

}  // namespace vitrobust::attacks
