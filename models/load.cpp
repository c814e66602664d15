#include "models/load.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <cmath>
#include <utility>

#include "core/error.h"
#include "models/checkpoint/read_tensor.h"
#include "models/describe.h"
#include "models/load_script.h"
#include "models/position_embedding.h"
#include "models/vision_transformer_classifier.h"

namespace vitrobust::models {
namespace {

/// Reads the recipe's parts into `out`, contiguous and of as many elements, with no copy in between.
void read_parts(const TensorCatalogue& catalogue, const CanonicalTensor& tensor, const at::Tensor& out) {
  const at::Tensor flat = out.view(-1);
  std::int64_t at = 0;
  for (const TensorPart& part : tensor.parts) {
    const auto elements = static_cast<std::int64_t>(part.entry.elements());
    const at::Tensor place = flat.narrow(0, at, elements);
    if (part.zeros)
      place.zero_();
    else
      read_tensor_into(catalogue, part.entry, place);
    at += elements;
  }
}

void require_finite(const at::Tensor& values, const std::string& name, const std::string& path) {
  // NaN and infinity show in the extremes, which need no memory.
  const auto [least, most] = at::aminmax(values);
  if (!std::isfinite(least.item<double>()) || !std::isfinite(most.item<double>()))
    throw InputError(path, fmt::format("tensor '{}' holds NaN or infinite values", name),
                     "the training diverged, or the file is damaged");
}

void fill(VisionTransformer& module, const DescribedCheckpoint& described) {
  const torch::NoGradGuard no_grad;
  const std::string& path = described.description.path;
  for (auto& parameter : module->named_parameters()) {
    const CanonicalTensor* const tensor = described.translation.find(parameter.key());
    if (!tensor) throw InternalError("the network has a parameter that was not checked: " + parameter.key());
    at::Tensor& values = parameter.value();
    if (values.sizes() == at::IntArrayRef(tensor->shape)) {
      read_parts(described.catalogue, *tensor, values);
    } else {
      const at::Tensor stored = at::empty(tensor->shape, values.options());
      read_parts(described.catalogue, *tensor, stored);
      const VisionTransformerOptions& options = module->options();
      const std::int64_t prefix = options.no_embed_class ? 0 : options.prefix_tokens();
      values.copy_(resample_position_embedding(
          stored, described.inferred.position_grid,
          {options.image_height / options.patch_size, options.image_width / options.patch_size}, prefix));
    }
    require_finite(values, parameter.key(), path);
  }
}

Json tensors_json(const DescribedCheckpoint& described) {
  Json tensors = Json::array();
  for (const CanonicalTensor& tensor : described.translation.tensors) {
    Json from = Json::array();
    for (const TensorPart& part : tensor.parts)
      if (!part.zeros) from.push_back(part.entry.name);
    tensors.push_back(
        {{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}, {"from", from}});
  }
  return tensors;
}

}  // namespace

Json CheckpointDescription::to_json() const {
  const bool known = container != kTorchScript;
  return {{"name", name},
          {"path", path},
          {"container", container},
          {"files", files},
          {"dialect", dialect},
          {"sha256", sha256},
          {"parameters", parameters},
          {"architecture", architecture},
          {"attention", known ? to_string(options.attention) : "unknown"},
          {"attention_source", attention_source},
          {"options", known ? options.to_json() : Json{{"num_classes", options.num_classes}}},
          {"preprocess", preprocess.to_json()},
          {"class_names", class_names},
          {"notes", notes}};
}

CheckpointDescription describe_checkpoint(const std::string& path, const LoadOptions& options) {
  if (options.torchscript) return describe_script(path, options);
  DescribedCheckpoint described;
  describe(path, options, described);
  return described.description;
}

Inspection inspect_checkpoint(const std::string& path, const LoadOptions& options) {
  Inspection inspection;
  if (options.torchscript) {
    CheckpointDescription script = describe_script(path, options);
    script.notes.emplace_back("the file was not run: its classes and parameters are not known");
    inspection.json = script.to_json();
    inspection.json["tensors"] = Json::array();
    return inspection;
  }
  DescribedCheckpoint described;
  try {
    describe(path, options, described);
    inspection.json = described.description.to_json();
  } catch (const InputError& error) {
    inspection.problem = error;
    const CheckpointDescription& known = described.description;
    if (known.container.empty()) throw;
    inspection.json = {{"name", known.name},      {"path", known.path},       {"container", known.container},
                       {"files", known.files},    {"dialect", known.dialect}, {"notes", known.notes},
                       {"problem", error.what()}, {"hint", error.hint()}};
  }
  inspection.json["tensors"] = tensors_json(described);
  return inspection;
}

LoadedModel load_model(const std::string& path, const LoadOptions& options) {
  if (options.torchscript) return load_script(path, options);
  DescribedCheckpoint described;
  describe(path, options, described);
  VisionTransformer module(described.description.options, InitialValues::unset);
  module->to(options.dtype);
  fill(module, described);
  const data::PreprocessConfig& preprocess = described.description.preprocess;
  const ComputeOptions compute{.dtype = options.dtype,
                               .kernels = options.kernels,
                               .reduced = options.reduced,
                               .search_kernels = options.search_kernels};
  auto classifier = make_classifier(module, preprocess.mean, preprocess.std, compute);
  return {std::move(described.description), std::move(classifier)};
}

}  // namespace vitrobust::models
