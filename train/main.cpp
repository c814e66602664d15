#include <c10/util/Exception.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/main_guard.h"
#include "train/options.h"
#include "train/run.h"

namespace {

using namespace vitrobust;

int train_command(std::span<const char* const> arguments) {
  const auto command = train::parse_command_line(arguments);
  if (!command.help.empty()) {
    fmt::print("{}", command.help);
    return 0;
  }
  watch_for_interrupt();
  train::run_training(command);
  return 0;
}

/// LibTorch's errors in one line: what() is a page of backtrace.
void translate_library_errors() {
  try {
    throw;
  } catch (const c10::Error& error) {
    throw InternalError(error.what_without_backtrace());
  } catch (...) {
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  return guarded_main(
      [&] {
        return train_command({argv, static_cast<std::size_t>(argc)});
      },
      translate_library_errors);
}
