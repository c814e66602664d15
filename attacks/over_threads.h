#pragma once

#include <memory>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// The attack on parts of the samples, one for each of the classifier's threads, each wholly on its own: what
/// an attack does between passes keeps no other thread waiting then. With fewer samples than threads it runs
/// on all of them, and the threads share its passes. No result depends on it, for none depends on the batch.
/// @param attack  of one piece: AttackOutput without components
std::unique_ptr<Attack> over_threads(std::unique_ptr<Attack> attack);

}  // namespace vitrobust::attacks
