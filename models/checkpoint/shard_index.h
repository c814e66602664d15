#pragma once

#include "models/checkpoint/open_checkpoint.h"

namespace vitrobust::models {

/// Joins the shards that an index names (model.safetensors.index.json, pytorch_model.bin.index.json: Hugging
/// Face's
/// {"metadata": …, "weight_map": {tensor: file}}), which lie in the folder of the index.
/// @throws InputError when a shard is missing, lies elsewhere, or does not hold just the tensors that the
/// index says
TensorCatalogue open_shards(const std::string& index_path, const CatalogueOptions& options);

/// Whether the bytes begin like a JSON object, as no container of tensors does.
bool looks_like_json(const ByteSource& source);

}  // namespace vitrobust::models
