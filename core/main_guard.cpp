#include "core/main_guard.h"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "core/error.h"
#include "core/terminal.h"

namespace vitrobust {
namespace {

int print_error(const Error& error) {
  fmt::print(stderr, "{}\n", format_error(error, detect_terminal(stderr)));
  return static_cast<int>(error.code());
}

}  // namespace

int guarded_main(const std::function<int()>& body, const std::function<void()>& translate) {
  try {
    try {
      return body();
    } catch (const Error&) {
      throw;
    } catch (...) {
      if (translate) translate();
      throw;
    }
  } catch (const Error& error) {
    return print_error(error);
  } catch (const std::bad_alloc&) {
    return print_error(
        Error(ExitCode::internal, "out of memory", "try a smaller --batch-size or fewer --threads"));
  } catch (const std::exception& error) {
    return print_error(InternalError(error.what()));
  }
}

}  // namespace vitrobust
