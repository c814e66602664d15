#pragma once

#include <sys/types.h>

#include <functional>
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
/// @param interrupt_when asked every few milliseconds; once it says yes, the process gets SIGINT
Finished run_program(const std::string& name, const std::vector<std::string>& arguments,
                     const std::function<bool()>& interrupt_when = {});

}  // namespace vitrobust::tests
