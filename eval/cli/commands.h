#pragma once

#include "eval/cli/options.h"

namespace vitrobust::eval {

// What the evaluating subcommands do; each returns the process's exit code and throws Error.

int run_command(const RunOptions& options);
int corrupt_command(const CorruptOptions& options);
int demo_command(const DemoOptions& options);
int inspect_command(const InspectOptions& options);
int list_command(const ListOptions& options);

}  // namespace vitrobust::eval
