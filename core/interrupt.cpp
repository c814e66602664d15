#include "core/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "core/error.h"

namespace vitrobust {
namespace {

// A signal handler can reach nothing but a global.
std::atomic<bool> noted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch lock-free atomics only");

extern "C" void note_signal(int) {
  if (noted.exchange(true)) ::_exit(static_cast<int>(ExitCode::interrupted));
}

}  // namespace

void watch_for_interrupt() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupt_noted() {
  return noted.load(std::memory_order_relaxed);
}

}  // namespace vitrobust
