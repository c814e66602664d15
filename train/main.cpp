#include <fmt/format.h>
#include <torch/torch.h>

#include <new>

#include "core/error.h"
#include "core/interrupt.h"
#include "train/options.h"
#include "train/run.h"

namespace {

int fail(const vitrobust::Error& error) {
  fmt::print(stderr, "{}\n", vitrobust::format_error(error));
  return static_cast<int>(error.code());
}

}  // namespace

int main(int argc, char** argv) {
  using vitrobust::Error;
  using vitrobust::InternalError;
  try {
    const auto command = vitrobust::train::parse_command_line({argv, static_cast<std::size_t>(argc)});
    if (!command.help.empty()) {
      fmt::print("{}", command.help);
      return 0;
    }
    vitrobust::watch_for_interrupt();
    vitrobust::train::run_training(command);
    return 0;
  } catch (const Error& error) {
    return fail(error);
  } catch (const std::bad_alloc&) {
    return fail(Error(vitrobust::ExitCode::bad_input, "out of memory", "lower --batch-size or --limit"));
  } catch (const c10::Error& error) {
    // what() is a page of backtrace.
    return fail(InternalError(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return fail(InternalError(error.what()));
  }
}
