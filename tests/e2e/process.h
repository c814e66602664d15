#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace vitrobust::tests {

/// What a finished process left.
struct Finished {
  int code = -1;  ///< exit status; 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

/// Runs an executable of the build folder ("vitrobust", "vitrobust-train") to its end.
/// @param interrupt_after seconds after which it gets SIGINT; negative: never
Finished run_program(const std::string& name, const std::vector<std::string>& arguments,
                     double interrupt_after = -1);

}  // namespace vitrobust::tests
