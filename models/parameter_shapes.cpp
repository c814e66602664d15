#include "models/parameter_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "core/error.h"

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

std::string joined(std::vector<std::string> problems) {
  if (problems.size() <= kMostListed) return fmt::format("{}", fmt::join(problems, "; "));
  const std::size_t more = problems.size() - kMostListed;
  problems.resize(kMostListed);
  return fmt::format("{}; and {} more", fmt::join(problems, "; "), more);
}

}  // namespace

std::vector<ParameterShape> parameter_shapes(const VisionTransformerOptions& options) {
  const std::int64_t width = options.embed_dim;
  const std::int64_t hidden = options.mlp_hidden;
  std::vector<ParameterShape> shapes;
  if (options.class_token) shapes.push_back({"cls_token", {1, 1, width}});
  shapes.push_back({"pos_embed", {1, options.tokens(), width}});
  add_affine(shapes, "patch_embed.proj", {width, 3, options.patch_size, options.patch_size});
  for (std::int64_t i = 0; i < options.depth; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    add_affine(shapes, block + "norm1", {width});
    add_affine(shapes, block + "attn.qkv", {3 * width, width}, options.qkv_bias);
    add_affine(shapes, block + "attn.proj", {width, width});
    add_affine(shapes, block + "norm2", {width});
    add_affine(shapes, block + "mlp.fc1", {hidden, width});
    add_affine(shapes, block + "mlp.fc2", {width, hidden});
  }
  add_affine(shapes, options.fc_norm ? "fc_norm" : "norm", {width});
  add_affine(shapes, "head", {options.num_classes, width});
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
