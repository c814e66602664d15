// The evaluating executable; `vitrobust` hands over to it with its own arguments.
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/main_guard.h"
#include "core/memory.h"
#include "eval/cli/commands.h"
#include "eval/cli/options.h"
#include "eval/cli/usage.h"

namespace {

using namespace vitrobust;

int dispatch(int argc, char** argv) {
  if (argc < 2) throw UsageError("a subcommand is missing", "run vitrobust --help");
  // Passes and images are spread over our own threads; a library's threads inside them would only get in the
  // way.
  at::set_num_threads(1);
  cv::setNumThreads(1);
  const std::string subcommand = argv[1];
  const std::vector<std::string> words(argv + 2, argv + argc);
  eval::require_subcommand(subcommand);
  if (subcommand == "run") return eval::run_command(eval::parse_run_options(words));
  if (subcommand == "corrupt") return eval::corrupt_command(eval::parse_corrupt_options(words));
  if (subcommand == "demo") return eval::demo_command(eval::parse_demo_options(words));
  if (subcommand == "inspect") return eval::inspect_command(eval::parse_inspect_options(words));
  return eval::list_command(eval::parse_list_options(words));
}

bool is_verbose(int argc, char** argv) {
  return std::any_of(argv + 1, argv + argc, [](const char* word) {
    return word == std::string("--verbose") || word == std::string("-v");
  });
}

/// Errors of LibTorch and OpenCV in one line; before it, when asked for, all that they say: pages of
/// backtrace.
void translate_library_errors(bool verbose) {
  try {
    throw;
  } catch (const c10::Error& error) {
    if (verbose) fmt::print(stderr, "{}\n", error.what());
    throw InternalError(error.what_without_backtrace());
  } catch (const cv::Exception& error) {
    if (verbose) fmt::print(stderr, "{}\n", error.what());
    throw InternalError(error.err);
  } catch (...) {
    return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const bool verbose = is_verbose(argc, argv);
  return guarded_main([&] { return dispatch(argc, argv); }, [&] { translate_library_errors(verbose); });
}
