#include "models/transformers_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "models/json_section.h"

namespace vitrobust::models {
namespace {

/// transformers' names of activations (ACT2FN).
Activation parse_hidden_act(const std::string& text) {
  static const std::map<std::string, Activation> others{{"gelu_new", Activation::gelu_tanh},
                                                        {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                        {"swish", Activation::silu}};
  const auto found = others.find(text);
  return found != others.end() ? found->second : parse_activation(text);
}

/// Pillow's codes.
data::Interpolation parse_resample(const JsonSection& root, std::int64_t code) {
  constexpr data::Interpolation kCodes[] = {data::Interpolation::nearest,  data::Interpolation::lanczos,
                                            data::Interpolation::bilinear, data::Interpolation::bicubic,
                                            data::Interpolation::box,      data::Interpolation::hamming};
  if (code >= 6)
    root.refuse("resample", fmt::format("is {}, expected one of Pillow's filters, 0 to 5", code));
  return kCodes[code];
}

/// {"0": name, …}; names that only number the classes, as transformers makes them, are none.
void read_labels(const JsonSection& root, ModelConfig& config) {
  const Json* labels = root.find("id2label");
  if (!labels) return;
  if (!labels->is_object()) root.refuse("id2label", "is " + json_type_name(*labels) + ", expected an object");
  config.num_classes = static_cast<std::int64_t>(labels->size());
  bool named = false;
  for (std::size_t i = 0; i < labels->size(); ++i) {
    const auto found = labels->find(std::to_string(i));
    if (found == labels->end() || !found->is_string()) {
      config.class_names.clear();
      return;
    }
    config.class_names.push_back(found->get<std::string>());
    named |= config.class_names.back() != fmt::format("LABEL_{}", i);
  }
  if (!named) config.class_names.clear();
}

struct Size {
  std::int64_t height = 0, width = 0;
  bool shorter_side = false;  ///< both are the length of the shorter side
};

/// One integer, {"height", "width"} or {"shortest_edge"}.
std::optional<Size> read_size(const JsonSection& root, const char* name) {
  const Json* value = root.find(name);
  if (!value) return std::nullopt;
  if (!value->is_object()) {
    const auto side = *root.get<std::int64_t>(name);
    return Size{side, side};
  }
  const JsonSection size = *root.section(name);
  if (const auto edge = size.get<std::int64_t>("shortest_edge")) return Size{*edge, *edge, true};
  const auto height = size.get<std::int64_t>("height");
  const auto width = size.get<std::int64_t>("width");
  if (!height || !width) root.refuse(name, "has neither height and width nor shortest_edge");
  return Size{*height, *width};
}

void read_resizing(const JsonSection& root, ModelConfig& config) {
  const auto size = read_size(root, "size");
  const bool resizes = root.get<bool>("do_resize").value_or(true);
  const bool crops = root.get<bool>("do_center_crop").value_or(false);
  if (!resizes) {
    config.notes.emplace_back(
        "preprocessor_config.json does not resize; images are resized to the model's input all the same");
    return;
  }
  if (!size) return;
  config.crop_mode = size->shorter_side ? data::CropMode::center : data::CropMode::squash;
  config.crop_pct = 1;
  if (size->shorter_side && !crops)
    config.notes.emplace_back(
        "preprocessor_config.json resizes the shorter side only; the centre is cut out");
  if (size->shorter_side || crops) {
    if (size->height != size->width) root.refuse("size", "is not square, and a crop follows");
    config.resize = static_cast<int>(size->height);
  } else if (config.image_size && *config.image_size != std::array{size->height, size->width}) {
    config.notes.push_back(fmt::format("preprocessor_config.json resizes to {}x{}, the network takes {}x{}",
                                       size->height, size->width, config.image_size->front(),
                                       config.image_size->back()));
  }
}

}  // namespace

ModelConfig parse_transformers_config(const Json& document, const std::string& source) {
  const JsonSection root(document, source);
  const std::string type = root.get<std::string>("model_type").value_or("");
  if (type != "vit" && type != "deit")
    throw InputError(source, fmt::format("model_type '{}' is none of vit, deit", type),
                     "a network of another kind runs as TorchScript: --format torchscript");
  ModelConfig config;
  if (const Json* names = root.find("architectures");
      names && names->is_array() && !names->empty() && names->front().is_string())
    config.architecture = names->front().get<std::string>();
  config.image_size = root.get_side_or_sides("image_size").value_or(std::array<std::int64_t, 2>{224, 224});
  config.in_channels = root.get<std::int64_t>("num_channels");
  if (const auto patch = root.get_side_or_sides("patch_size")) {
    if (patch->front() != patch->back()) root.refuse("patch_size", "is not square");
    config.patch_size = patch->front();
  }
  config.embed_dim = root.get<std::int64_t>("hidden_size");
  config.depth = root.get<std::int64_t>("num_hidden_layers");
  config.num_heads = root.get<std::int64_t>("num_attention_heads").value_or(12);
  config.mlp_hidden = root.get<std::int64_t>("intermediate_size");
  config.activation = root.get_named("hidden_act", parse_hidden_act).value_or(Activation::gelu);
  config.norm_eps = root.get<double>("layer_norm_eps").value_or(1e-12);
  config.qkv_bias = root.get<bool>("qkv_bias");
  config.pooling = Pooling::token;
  config.attention = root.get_named("attention", parse_attention);
  read_labels(root, config);
  return config;
}

void add_preprocessor_config(const Json& document, const std::string& source, ModelConfig& config) {
  const JsonSection root(document, source);
  read_resizing(root, config);
  if (const auto code = root.get<std::int64_t>("resample"))
    config.interpolation = parse_resample(root, *code);
  config.mean = root.get_rgb("image_mean");
  config.std = root.get_rgb("image_std");
  if (!root.get<bool>("do_normalize").value_or(true)) {
    config.mean = std::array<double, 3>{0, 0, 0};
    config.std = std::array<double, 3>{1, 1, 1};
  }
  const double factor = root.get<double>("rescale_factor").value_or(1.0 / 255);
  if (!root.get<bool>("do_rescale").value_or(true) || std::abs(factor * 255 - 1) > 1e-6)
    root.refuse("rescale_factor", "does not bring pixels to [0,1], which is not supported");
}

}  // namespace vitrobust::models
