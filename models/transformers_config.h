#pragma once

#include <string>

#include "core/json.h"
#include "models/config_json.h"

namespace vitrobust::models {

/// Reads the config.json of a ViT or DeiT of Hugging Face transformers: {model_type, hidden_size,
/// num_hidden_layers, num_attention_heads, intermediate_size, hidden_act, layer_norm_eps, image_size,
/// patch_size, num_channels, qkv_bias, id2label}, with the library's defaults for what it leaves unsaid: an
/// epsilon of 1e-12, not timm's 1e-6.
/// @throws InputError that names the key, or another model_type
ModelConfig parse_transformers_config(const Json& config, const std::string& source);

/// Adds what the preprocessor_config.json beside it says: {do_resize, size, resample, do_center_crop,
/// crop_size, do_rescale, rescale_factor, do_normalize, image_mean, image_std}. A size of height and width is
/// resized to without a crop. @throws InputError that names the key
void add_preprocessor_config(const Json& document, const std::string& source, ModelConfig& config);

}  // namespace vitrobust::models
