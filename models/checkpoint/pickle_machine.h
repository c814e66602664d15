#pragma once

#include <functional>

#include "models/checkpoint/pickle_input.h"
#include "models/checkpoint/pickle_value.h"

namespace vitrobust::models {

/// What the one thing that a pickle may leave to its reader becomes: torch.save's storages (pickle's
/// persistent ids).
using PersistentLoad = std::function<PickleRef(PickleRef id)>;

/// Runs one pickle, of protocol 2 to 5 (Python's Lib/pickletools.py describes the opcodes), as far as data
/// go: containers, numbers, strings, and the calls that call_global() knows. Every other class or function
/// becomes an inert PickleObject; nothing is imported, looked up or run. Time and memory are bounded by the
/// pickle's length.
/// @param input read up to the end of the pickle, where a next one may follow
/// @throws InputError that says what is wrong, and at which byte
PickleRef run_pickle(PickleInput& input, PickleArena& arena, const PersistentLoad& persistent_load);

}  // namespace vitrobust::models
