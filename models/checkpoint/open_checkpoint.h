#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

struct CatalogueOptions {
  /// Take the exponential moving average of the weights that a training checkpoint keeps beside them (timm's
  /// --use-ema).
  bool use_ema = false;
};

/// Lists the tensors of a checkpoint without reading their numbers. The container is told by the bytes:
/// safetensors, torch.save's zip and the stream of pickles that it wrote until 1.5, NumPy's .npz, or the JSON
/// index of shards, which lie beside it. Nothing of the file is ever run. Of a training checkpoint only the
/// network's weights are listed (select_state_dict()); the prefixes of wrappers, "module." and "_orig_mod.",
/// are taken off the names.
/// @throws InputError that names the file and what is wrong with it
TensorCatalogue open_checkpoint_file(const std::string& path, const CatalogueOptions& options = {});

/// The same for bytes that need not be a file's; an index of shards has no meaning there. @throws InputError
TensorCatalogue open_checkpoint(const std::shared_ptr<const ByteSource>& source,
                                const CatalogueOptions& options = {});

/// The file that a checkpoint folder's weights are opened by: model.safetensors, its index,
/// pytorch_model.bin, or its index, the first that exists; nothing when none does.
std::optional<std::string> weights_in_folder(const std::string& folder);

}  // namespace vitrobust::models
