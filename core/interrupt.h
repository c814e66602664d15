#pragma once

namespace vitrobust {

/// From now on Ctrl-C and SIGTERM are noted instead of ending the process; a second one ends it at once.
void watch_for_interrupt();

/// Whether a signal was noted. From any thread.
bool interrupt_noted();

}  // namespace vitrobust
