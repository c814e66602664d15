#pragma once

#include "train/options.h"

namespace vitrobust::train {

/// Trains, or goes on training, and writes the checkpoint; says on stderr what each epoch gave and on stdout
/// what came out.
/// @throws Interrupted after the current batch once a signal was noted (see interrupt.h); other errors as
/// make_task(), load_samples() and Trainer
void run_training(const CommandLine& command);

}  // namespace vitrobust::train
