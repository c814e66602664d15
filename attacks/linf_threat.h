#pragma once

#include "attacks/attack.h"

namespace vitrobust::attacks {

// What every L∞ attack has in common in the table.

/// eps: radius of the ball in [0,1] pixel space, default 8/255.
ParameterSpec linf_epsilon_parameter();

/// The L∞ ball of radius eps.
ThreatModel linf_threat(const Parameters& parameters);

}  // namespace vitrobust::attacks
