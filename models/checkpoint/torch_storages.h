#pragma once

#include "models/checkpoint/pickle_input.h"
#include "models/checkpoint/pickle_value.h"

namespace vitrobust::models {

/// The persistent ids of torch.save (torch/serialization.py): ("storage", class, key, device, elements[,
/// view]) becomes a PickleStorageView and, the first time, an entry of the arena's storages; ("module",
/// object, …), with which old files kept a model's source code, becomes its object. A storage of a quantised
/// type stays an inert object.
/// @throws InputError for an id of any other form, a negative or overflowing size, and two sizes for one key
PickleRef load_storage(PickleArena& arena, const PickleInput& input, PickleRef id);

}  // namespace vitrobust::models
