#include "eval/interrupt.h"

#include "core/error.h"
#include "core/interrupt.h"

namespace vitrobust::eval {

void check_interrupt() {
  if (interrupt_noted()) throw Interrupted("interrupted", "the same command goes on where it stopped");
}

}  // namespace vitrobust::eval
