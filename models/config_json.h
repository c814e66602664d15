#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "data/preprocess_config.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// What config.json and preprocessor_config.json say; whatever they leave unsaid (or null) is empty, to be
/// inferred from the weights.
struct ModelConfig {
  std::string architecture;
  std::vector<std::string> class_names;

  std::optional<std::array<std::int64_t, 2>> image_size;  ///< height, width
  std::optional<std::int64_t> in_channels;
  std::optional<std::int64_t> patch_size;
  std::optional<std::int64_t> embed_dim;
  std::optional<std::int64_t> depth;
  std::optional<std::int64_t> num_heads;
  std::optional<double> mlp_ratio;
  std::optional<std::int64_t> mlp_hidden;  ///< goes before mlp_ratio
  std::optional<std::int64_t> num_classes;
  std::optional<AttentionKind> attention;
  std::optional<EllipticalGradient> elliptical_gradient;
  std::optional<EllipticalDelta> elliptical_delta;
  std::optional<bool> qk_norm;
  std::optional<bool> qkv_bias;
  std::optional<bool> proj_bias;
  std::optional<bool> layer_scale;
  std::optional<bool> class_token;
  std::optional<std::int64_t> registers;
  std::optional<bool> no_embed_class;
  std::optional<bool> pre_norm;
  std::optional<bool> final_norm;
  std::optional<bool> fc_norm;
  std::optional<Pooling> pooling;
  std::optional<bool> pool_include_prefix;
  std::optional<Activation> activation;
  std::optional<double> norm_eps;

  std::optional<double> crop_pct;
  std::optional<data::CropMode> crop_mode;
  std::optional<data::Interpolation> interpolation;
  std::optional<int> resize;
  std::optional<std::array<double, 3>> mean;
  std::optional<std::array<double, 3>> std;
  /// Things in the files that are followed only in part, one sentence each.
  std::vector<std::string> notes;
};

/// Reads a config.json: timm's (see parse_timm_config()), or transformers', told by its "model_type" (see
/// transformers_config.h). @throws InputError that names the key
ModelConfig parse_model_config(const Json& config, const std::string& source);

/// Reads timm's config.json: {architecture, num_classes, global_pool, label_names, model_args,
/// pretrained_cfg}, or its older form with pretrained_cfg's keys at the top, plus `"attention"` of vitrobust.
/// Unknown keys are passed over, but known ones must have their type, and settings that change the network in
/// a way that this version cannot follow are refused.
/// @param source named in errors, usually the path
/// @throws InputError that names the key
ModelConfig parse_timm_config(const Json& config, const std::string& source);

/// The config.json from which parse_model_config() reads back the same model; its model_args are timm's, but
/// for `norm_eps`, which stands there only when it is not timm's 1e-6.
/// @param class_names may be empty
Json make_config_json(const VisionTransformerOptions& options, const data::PreprocessConfig& preprocess,
                      const std::vector<std::string>& class_names, const std::string& architecture);

}  // namespace vitrobust::models
