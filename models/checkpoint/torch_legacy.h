#pragma once

#include <memory>

#include "models/checkpoint/open_checkpoint.h"

namespace vitrobust::models {

/// Lists the weights in what torch.save wrote until 1.5, and writes still without its zip format: five
/// pickles (a magic number, a version, the machine, the objects, the keys of the storages), then each storage
/// as its number of elements and its bytes (torch/serialization.py, _legacy_save).
/// @throws InputError also for big-endian files and for pickles of other programs
TensorCatalogue open_torch_legacy(const std::shared_ptr<const ByteSource>& file,
                                  const CatalogueOptions& options);

/// Whether the bytes begin like a pickle of protocol 2 or above.
bool looks_like_pickle(const ByteSource& source);

}  // namespace vitrobust::models
