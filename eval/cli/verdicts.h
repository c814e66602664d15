#pragma once

#include "eval/cli/verdict_options.h"

namespace vitrobust::eval {

// What the subcommands that judge finished runs do; no LibTorch. Each returns the process's exit code and
// throws Error.

int compare_command(const CompareOptions& options);
int gate_command(const GateOptions& options);

}  // namespace vitrobust::eval
