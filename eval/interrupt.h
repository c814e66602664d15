#pragma once

namespace vitrobust::eval {

/// @throws Interrupted once a signal was noted (core/interrupt.h). Called between passes of the network, from
/// any thread.
void check_interrupt();

}  // namespace vitrobust::eval
