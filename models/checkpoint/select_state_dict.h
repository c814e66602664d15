#pragma once

#include "models/checkpoint/open_checkpoint.h"
#include "models/checkpoint/pickle_value.h"
#include "models/checkpoint/pickled_tensors.h"

namespace vitrobust::models {

/// Finds the network's weights in what torch.save wrote and lists them in the catalogue of `tensors`, with a
/// note of what was chosen. In this order, as timm's load_state_dict (timm/models/_helpers.py, 1.0.31) but
/// for the end:
///   - with use_ema: state_dict_ema, model_ema;
///   - state_dict, model, module; without any of them state_dict_ema, model_ema;
///   - the one dict of tensors among others ("net" beside "optimizer");
///   - the value itself.
/// Dicts in it are listed with their keys joined by dots. A whole model object (torch.save(model)) is taken
/// by its parameters and persistent buffers; its class is not looked up. Plain values beside the weights
/// become metadata.
/// @throws InputError when there is no tensor, or no moving average where one was asked for
void select_state_dict(const PickleValue& root, const CatalogueOptions& options, TensorCatalogue& catalogue,
                       PickledTensors& tensors);

/// Takes "module." and "_orig_mod." off the names of tensors, as timm does for models that were saved inside
/// DistributedDataParallel or torch.compile. @throws InputError when two names become one
void strip_wrapper_prefixes(TensorCatalogue& catalogue, const std::string& source);

}  // namespace vitrobust::models
