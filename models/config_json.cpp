#include "models/config_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "models/json_section.h"
#include "models/transformers_config.h"

namespace vitrobust::models {
namespace {

// Shared by both directions, so that what is written is what is read.
namespace key {
constexpr const char* kArchitecture = "architecture";
constexpr const char* kAttention = "attention";
constexpr const char* kNumClasses = "num_classes";
constexpr const char* kNumFeatures = "num_features";
constexpr const char* kGlobalPool = "global_pool";
constexpr const char* kLabelNames = "label_names";
constexpr const char* kModelArgs = "model_args";
constexpr const char* kImgSize = "img_size";
constexpr const char* kPatchSize = "patch_size";
constexpr const char* kInChans = "in_chans";
constexpr const char* kEmbedDim = "embed_dim";
constexpr const char* kDepth = "depth";
constexpr const char* kNumHeads = "num_heads";
constexpr const char* kMlpRatio = "mlp_ratio";
constexpr const char* kQkvBias = "qkv_bias";
constexpr const char* kQkNorm = "qk_norm";
constexpr const char* kProjBias = "proj_bias";
constexpr const char* kInitValues = "init_values";
constexpr const char* kRegTokens = "reg_tokens";
constexpr const char* kNoEmbedClass = "no_embed_class";
constexpr const char* kPreNorm = "pre_norm";
constexpr const char* kFinalNorm = "final_norm";
constexpr const char* kPoolIncludePrefix = "pool_include_prefix";
constexpr const char* kEllipticalGradient = "elliptical_gradient";
constexpr const char* kEllipticalDelta = "elliptical_delta";
constexpr const char* kClassToken = "class_token";
constexpr const char* kFcNorm = "fc_norm";
constexpr const char* kActLayer = "act_layer";
constexpr const char* kNormEps = "norm_eps";
constexpr const char* kPretrainedCfg = "pretrained_cfg";
constexpr const char* kInputSize = "input_size";
constexpr const char* kInterpolation = "interpolation";
constexpr const char* kCropPct = "crop_pct";
constexpr const char* kCropMode = "crop_mode";
constexpr const char* kResize = "resize";
constexpr const char* kMean = "mean";
constexpr const char* kStd = "std";
}  // namespace key

constexpr double kTimmNormEps = 1e-6;

/// model_args of timm that this version cannot follow. Some leave no trace in the tensors, so that the
/// network would silently compute something else; the others are clearer by name than by tensor.
constexpr const char* kUnsupportedArgs[] = {"norm_layer",  "mlp_layer",       "attn_layer",    "block_fn",
                                            "embed_layer", "scale_attn_norm", "scale_mlp_norm"};

void read_model_args(const JsonSection& args, ModelConfig& config) {
  for (const char* name : kUnsupportedArgs) {
    const Json* value = args.find(name);
    if (value && *value != false && *value != 0 && *value != "")
      args.refuse(name, "is " + value->dump() + ", which this version does not support");
  }
  config.in_channels = args.get<std::int64_t>(key::kInChans);
  config.image_size = args.get_side_or_sides(key::kImgSize);
  if (const auto patch = args.get_side_or_sides(key::kPatchSize)) {
    if (patch->front() != patch->back()) args.refuse(key::kPatchSize, "is not square");
    config.patch_size = patch->front();
  }
  config.embed_dim = args.get<std::int64_t>(key::kEmbedDim);
  config.depth = args.get<std::int64_t>(key::kDepth);
  config.num_heads = args.get<std::int64_t>(key::kNumHeads);
  config.mlp_ratio = args.get<double>(key::kMlpRatio);
  config.qk_norm = args.get<bool>(key::kQkNorm);
  config.qkv_bias = args.get<bool>(key::kQkvBias);
  config.proj_bias = args.get<bool>(key::kProjBias);
  if (args.get<double>(key::kInitValues)) config.layer_scale = true;
  config.registers = args.get<std::int64_t>(key::kRegTokens);
  config.no_embed_class = args.get<bool>(key::kNoEmbedClass);
  config.pre_norm = args.get<bool>(key::kPreNorm);
  config.final_norm = args.get<bool>(key::kFinalNorm);
  config.pool_include_prefix = args.get<bool>(key::kPoolIncludePrefix);
  config.class_token = args.get<bool>(key::kClassToken);
  config.fc_norm = args.get<bool>(key::kFcNorm);
  config.pooling = args.get_named(key::kGlobalPool, parse_pooling);
  config.activation = args.get_named(key::kActLayer, parse_activation);
  config.norm_eps = args.get<double>(key::kNormEps);
  config.num_classes = args.get<std::int64_t>(key::kNumClasses);
}

void read_pretrained_cfg(const JsonSection& cfg, ModelConfig& config) {
  if (const auto size = cfg.get_sizes(key::kInputSize, 3); !size.empty()) {
    if (!config.in_channels) config.in_channels = size[0];
    // As timm: the size that the network was built with goes first.
    if (!config.image_size) config.image_size = {size[1], size[2]};
  }
  if (!config.num_classes) config.num_classes = cfg.get<std::int64_t>(key::kNumClasses);
  config.crop_pct = cfg.get<double>(key::kCropPct);
  config.crop_mode = cfg.get_named(key::kCropMode, data::parse_crop_mode);
  config.interpolation = cfg.get_named(key::kInterpolation, data::parse_interpolation);
  config.resize = cfg.get<int>(key::kResize);
  config.mean = cfg.get_rgb(key::kMean);
  config.std = cfg.get_rgb(key::kStd);
}

/// timm writes a list, or {"index": name} when there are gaps; names with gaps are of no use here.
std::vector<std::string> read_label_names(const JsonSection& root) {
  const Json* labels = root.find(key::kLabelNames);
  if (!labels) return {};
  std::vector<std::string> names;
  const auto append = [&](const Json& name) {
    if (!name.is_string())
      root.refuse(key::kLabelNames, "holds " + json_type_name(name) + ", expected strings");
    names.push_back(name.get<std::string>());
  };
  if (labels->is_array()) {
    for (const Json& name : *labels) append(name);
  } else if (labels->is_object()) {
    for (std::size_t i = 0; i < labels->size(); ++i) {
      const auto found = labels->find(std::to_string(i));
      if (found == labels->end()) return {};
      append(*found);
    }
  } else {
    root.refuse(key::kLabelNames, "is " + json_type_name(*labels) + ", expected an array or an object");
  }
  return names;
}

/// timm's arguments of parts that most networks have not; whatever is timm's default stays unsaid.
void add_parts(const VisionTransformerOptions& options, Json& args) {
  const VisionTransformerOptions usual;
  if (options.in_channels != usual.in_channels) args[key::kInChans] = options.in_channels;
  // timm's value is that of the start of the training; what is written here only says that there is one.
  if (options.layer_scale) args[key::kInitValues] = 1e-5;
  if (options.registers != 0) args[key::kRegTokens] = options.registers;
  if (options.attention == AttentionKind::qknorm) args[key::kQkNorm] = true;
  const auto add = [&](const char* name, bool value, bool default_value) {
    if (value != default_value) args[name] = value;
  };
  add(key::kProjBias, options.proj_bias, usual.proj_bias);
  add(key::kNoEmbedClass, options.no_embed_class, usual.no_embed_class);
  add(key::kPreNorm, options.pre_norm, usual.pre_norm);
  add(key::kFinalNorm, options.final_norm, usual.final_norm);
  add(key::kPoolIncludePrefix, options.pool_include_prefix, usual.pool_include_prefix);
}

}  // namespace

ModelConfig parse_model_config(const Json& document, const std::string& source) {
  const bool transformers = document.is_object() && document.contains("model_type");
  return transformers ? parse_transformers_config(document, source) : parse_timm_config(document, source);
}

ModelConfig parse_timm_config(const Json& document, const std::string& source) {
  const JsonSection root(document, source);
  ModelConfig config;
  config.architecture = root.get<std::string>(key::kArchitecture).value_or("");
  config.attention = root.get_named(key::kAttention, parse_attention);
  config.elliptical_gradient = root.get_named(key::kEllipticalGradient, parse_elliptical_gradient);
  config.elliptical_delta = root.get_named(key::kEllipticalDelta, parse_elliptical_delta);
  if (const auto args = root.section(key::kModelArgs)) read_model_args(*args, config);
  if (const auto classes = root.get<std::int64_t>(key::kNumClasses)) config.num_classes = classes;
  if (!config.pooling) config.pooling = root.get_named(key::kGlobalPool, parse_pooling);
  read_pretrained_cfg(root.section(key::kPretrainedCfg).value_or(root), config);
  config.class_names = read_label_names(root);
  if (config.num_classes && !config.class_names.empty() &&
      std::cmp_not_equal(config.class_names.size(), *config.num_classes))
    root.refuse(key::kLabelNames,
                fmt::format("has {} names for {} classes", config.class_names.size(), *config.num_classes));
  return config;
}

Json make_config_json(const VisionTransformerOptions& options, const data::PreprocessConfig& preprocess,
                      const std::vector<std::string>& class_names, const std::string& architecture) {
  Json args{
      {key::kImgSize, {options.image_height, options.image_width}},
      {key::kPatchSize, options.patch_size},
      {key::kEmbedDim, options.embed_dim},
      {key::kDepth, options.depth},
      {key::kNumHeads, options.num_heads},
      {key::kMlpRatio, static_cast<double>(options.mlp_hidden) / static_cast<double>(options.embed_dim)},
      {key::kQkvBias, options.qkv_bias},
      {key::kClassToken, options.class_token},
      {key::kGlobalPool, to_string(options.pooling)},
      {key::kFcNorm, options.fc_norm}};
  add_parts(options, args);
  if (options.activation != Activation::gelu) args[key::kActLayer] = to_string(options.activation);
  if (options.norm_eps != kTimmNormEps) args[key::kNormEps] = options.norm_eps;

  Json cfg{{key::kInputSize, {options.in_channels, options.image_height, options.image_width}},
           {"fixed_input_size", true},
           {key::kInterpolation, data::to_string(preprocess.interpolation)},
           {key::kCropPct, preprocess.crop_pct},
           {key::kCropMode, data::to_string(preprocess.crop_mode)},
           {key::kMean, preprocess.mean},
           {key::kStd, preprocess.std},
           {key::kNumClasses, options.num_classes},
           {"first_conv", "patch_embed.proj"},
           {"classifier", "head"}};
  if (preprocess.resize) cfg[key::kResize] = *preprocess.resize;

  Json config{{key::kArchitecture, architecture},
              {key::kNumClasses, options.num_classes},
              {key::kNumFeatures, options.embed_dim},
              {key::kGlobalPool, to_string(options.pooling)},
              {key::kAttention, to_string(options.attention)}};
  if (options.elliptical_gradient != EllipticalGradient::through)
    config[key::kEllipticalGradient] = to_string(options.elliptical_gradient);
  if (options.elliptical_delta != EllipticalDelta::constant)
    config[key::kEllipticalDelta] = to_string(options.elliptical_delta);
  if (!class_names.empty()) config[key::kLabelNames] = class_names;
  config[key::kModelArgs] = std::move(args);
  config[key::kPretrainedCfg] = std::move(cfg);
  return config;
}

}  // namespace vitrobust::models
