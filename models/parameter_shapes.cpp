#include "models/parameter_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "core/error.h"
#include "models/attention/attention.h"

namespace vitrobust::models {
namespace {

constexpr std::size_t kMostListed = 5;

bool is_floating(const std::string& type) {
  constexpr std::array<std::string_view, 4> kFloating{"F64", "F32", "F16", "BF16"};
  return std::ranges::find(kFloating, type) != kFloating.end();
}

void add_affine(std::vector<ParameterShape>& shapes, const std::string& name,
                std::vector<std::int64_t> weight, bool bias = true) {
  const std::int64_t outputs = weight.front();
  shapes.push_back({name + ".weight", std::move(weight)});
  if (bias) shapes.push_back({name + ".bias", {outputs}});
}

void add_attention(std::vector<ParameterShape>& shapes, const std::string& layer,
                   const VisionTransformerOptions& options) {
  const std::int64_t width = options.embed_dim;
  const std::int64_t inner = options.num_heads * options.head_dim();
  // A module lists parameters of its own before those of the modules in it.
  const auto add_learnt = [&](bool in_module) {
    for (const AttentionParameter& parameter : attention_parameters(options))
      if ((parameter.name.find('.') != std::string::npos) == in_module)
        shapes.push_back({layer + parameter.name, parameter.shape});
  };
  add_learnt(false);
  add_affine(shapes, layer + "qkv", {3 * inner, width}, options.qkv_bias);
  add_learnt(true);
  add_affine(shapes, layer + "proj", {width, inner}, options.proj_bias);
}

void add_block(std::vector<ParameterShape>& shapes, const std::string& block,
               const VisionTransformerOptions& options) {
  const std::int64_t width = options.embed_dim;
  add_affine(shapes, block + "norm1", {width});
  add_attention(shapes, block + "attn.", options);
  if (options.layer_scale) shapes.push_back({block + "ls1.gamma", {width}});
  add_affine(shapes, block + "norm2", {width});
  const std::int64_t activated =
      options.mlp == MlpKind::swiglu_packed ? options.mlp_hidden / 2 : options.mlp_hidden;
  add_affine(shapes, block + "mlp.fc1", {options.mlp_hidden, width}, options.proj_bias);
  add_affine(shapes, block + "mlp.fc2", {width, activated}, options.proj_bias);
  if (options.layer_scale) shapes.push_back({block + "ls2.gamma", {width}});
}

std::string joined(std::vector<std::string> problems) {
  if (problems.size() <= kMostListed) return fmt::format("{}", fmt::join(problems, "; "));
  const std::size_t more = problems.size() - kMostListed;
  problems.resize(kMostListed);
  return fmt::format("{}; and {} more", fmt::join(problems, "; "), more);
}

}  // namespace

std::vector<ParameterShape> parameter_shapes(const VisionTransformerOptions& options) {
  const std::int64_t width = options.embed_dim;
  std::vector<ParameterShape> shapes;
  if (options.class_token) shapes.push_back({"cls_token", {1, 1, width}});
  if (options.distilled) shapes.push_back({"dist_token", {1, 1, width}});
  if (options.registers != 0) shapes.push_back({"reg_token", {1, options.registers, width}});
  shapes.push_back({"pos_embed", {1, options.positions(), width}});
  const std::int64_t patch = options.patch_size;
  if (options.patch_norm_in) add_affine(shapes, "patch_embed.norm_in", {options.in_channels * patch * patch});
  add_affine(shapes, "patch_embed.proj", {width, options.in_channels, patch, patch}, options.patch_bias);
  if (options.patch_norm_out) add_affine(shapes, "patch_embed.norm", {width});
  if (options.pre_norm) add_affine(shapes, "norm_pre", {width});
  for (std::int64_t i = 0; i < options.depth; ++i) add_block(shapes, fmt::format("blocks.{}.", i), options);
  if (options.final_norm) add_affine(shapes, options.fc_norm ? "fc_norm" : "norm", {width});
  add_affine(shapes, "head", {options.num_classes, width}, options.head_bias);
  if (options.distilled) add_affine(shapes, "head_dist", {options.num_classes, width}, options.head_bias);
  return shapes;
}

void check_tensors(const TensorCatalogue& catalogue, const VisionTransformerOptions& options,
                   const std::string& path) {
  std::vector<std::string> problems;
  std::map<std::string_view, const TensorEntry*> unclaimed;
  for (const TensorEntry& entry : catalogue.tensors) unclaimed.emplace(entry.name, &entry);
  for (const ParameterShape& parameter : parameter_shapes(options)) {
    const auto found = unclaimed.extract(parameter.name);
    const TensorEntry* entry = found ? found.mapped() : nullptr;
    if (!entry) {
      problems.push_back(fmt::format("tensor '{}' is missing", parameter.name));
    } else if (entry->shape != parameter.shape) {
      problems.push_back(fmt::format("tensor '{}' has shape {}, expected {}", parameter.name,
                                     shape_text(entry->shape), shape_text(parameter.shape)));
    } else if (!is_floating(entry->type)) {
      problems.push_back(
          fmt::format("tensor '{}' holds {}, expected F64, F32, F16 or BF16", parameter.name, entry->type));
    }
  }
  for (const TensorEntry& entry : catalogue.tensors) {
    if (unclaimed.contains(entry.name))
      problems.push_back(fmt::format("tensor '{}' is unexpected", printable_name(entry.name)));
  }
  if (!problems.empty()) throw InputError(path, joined(std::move(problems)));
}

}  // namespace vitrobust::models
