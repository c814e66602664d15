#include "models/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/sha256.h"
#include "models/checkpoint/open_checkpoint.h"
#include "models/checkpoint/read_tensor.h"
#include "models/config_json.h"
#include "models/dialect.h"
#include "models/infer_options.h"
#include "models/parameter_shapes.h"
#include "models/vision_transformer_classifier.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeightsName = "model.safetensors";
constexpr const char* kConfigName = "config.json";
/// The label names of ImageNet-21k take 1 MB.
constexpr std::size_t kMaxConfigBytes = std::size_t{64} << 20;

struct CheckpointFiles {
  std::string weights;
  std::string config;  ///< empty when there is none
  std::string name;
};

struct Described {
  CheckpointDescription description;
  TensorCatalogue catalogue;
};

std::vector<fs::path> sorted_entries(const std::string& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    entries.push_back(at->path());
  if (failure) throw InputError(folder, "cannot be listed: " + failure.message());
  std::ranges::sort(entries);
  return entries;
}

/// What a folder without model.safetensors may hold instead.
std::string missing_weights_hint(const std::string& folder) {
  for (const fs::path& entry : sorted_entries(folder)) {
    const std::string name = entry.filename().string();
    const std::string extension = entry.extension().string();
    if (name == "model.safetensors.index.json") return "its weights are in several files: join them first";
    if (extension == ".safetensors") return fmt::format("it holds '{}': give that file", name);
    if (extension == ".bin" || extension == ".pth" || extension == ".pt" || extension == ".npz")
      return fmt::format("it holds '{}': give that file to learn how to convert it", name);
  }
  return "a checkpoint folder holds model.safetensors and config.json";
}

CheckpointFiles locate(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file or folder");
  const bool folder = fs::is_directory(status);
  const fs::path weights = folder ? fs::path(path) / kWeightsName : fs::path(path);
  if (folder && !fs::exists(weights))
    throw InputError(path, "has no model.safetensors", missing_weights_hint(path));
  const fs::path config = weights.parent_path() / kConfigName;
  // "model" says nothing where the folder has a name; "runs/vit/" and "." have one too.
  fs::path named = weights.filename() == kWeightsName ? fs::absolute(weights).lexically_normal().parent_path()
                                                      : weights.stem();
  return {weights.string(), fs::exists(config) ? config.string() : "", named.filename().string()};
}

/// Cuts and normalises as config.json says, timm's defaults for what it leaves unsaid.
data::PreprocessConfig make_preprocess(const ModelConfig& config, const LoadOptions& said,
                                       const CheckpointFiles& files, CheckpointDescription& description) {
  data::PreprocessConfig preprocess;
  preprocess.height = static_cast<int>(description.options.image_height);
  preprocess.width = static_cast<int>(description.options.image_width);
  preprocess.crop_pct = config.crop_pct.value_or(preprocess.crop_pct);
  preprocess.crop_mode = config.crop_mode.value_or(preprocess.crop_mode);
  preprocess.interpolation = config.interpolation.value_or(preprocess.interpolation);
  preprocess.resize = config.resize;
  preprocess.mean = config.mean.value_or(preprocess.mean);
  preprocess.std = config.std.value_or(preprocess.std);
  if (const auto problems = preprocess.validate(); !problems.empty())
    throw InputError(files.config, fmt::format("{}", fmt::join(problems, "; ")));
  const bool mean_known = said.mean || config.mean;
  const bool std_known = said.std || config.std;
  if (!mean_known || !std_known)
    description.notes.emplace_back(
        "normalisation assumed to be ImageNet's: neither --mean and --std nor config.json say");
  preprocess.mean = said.mean.value_or(preprocess.mean);
  preprocess.std = said.std.value_or(preprocess.std);
  if (const auto problems = preprocess.validate(); !problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")));
  return preprocess;
}

Described describe(const std::string& path, const LoadOptions& said) {
  const CheckpointFiles files = locate(path);
  Described result{{}, open_checkpoint_file(files.weights)};
  CheckpointDescription& description = result.description;
  description.dialect = detect_dialect(result.catalogue, files.weights);

  const bool config_found = !files.config.empty();
  ModelConfig config;
  if (config_found) config = parse_model_config(read_json(files.config, kMaxConfigBytes), files.config);
  if (!config_found)
    description.notes.emplace_back("no config.json: the architecture is read off the tensors");
  description.options =
      infer_options(result.catalogue, config, config_found, said, files.weights, description.notes);
  check_tensors(result.catalogue, description.options, files.weights);

  description.name = files.name;
  description.path = files.weights;
  description.container = result.catalogue.container;
  description.architecture = config.architecture;
  description.attention_source = said.attention || config.attention ? "given" : "assumed";
  for (const TensorEntry& entry : result.catalogue.tensors) description.parameters += entry.elements();
  description.preprocess = make_preprocess(config, said, files, description);
  description.class_names = std::move(config.class_names);
  if (!description.class_names.empty() &&
      std::cmp_not_equal(description.class_names.size(), description.options.num_classes))
    throw InputError(files.config,
                     fmt::format("label_names has {} names for {} classes", description.class_names.size(),
                                 description.options.num_classes));
  description.sha256 = sha256_file(files.weights);
  return result;
}

void fill(VisionTransformer& module, const Described& described, at::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  const std::string& path = described.description.path;
  for (auto& parameter : module->named_parameters()) {
    const TensorEntry* entry = described.catalogue.find(parameter.key());
    if (!entry) throw InternalError("the network has a parameter that was not checked: " + parameter.key());
    const at::Tensor values = read_tensor(described.catalogue, *entry, dtype);
    if (!at::isfinite(values).all().item<bool>())
      throw InputError(path, fmt::format("tensor '{}' holds NaN or infinite values", parameter.key()),
                       "the training diverged, or the file is damaged");
    parameter.value().copy_(values);
  }
}

}  // namespace

Json CheckpointDescription::to_json() const {
  return {{"name", name},
          {"path", path},
          {"container", container},
          {"dialect", dialect},
          {"sha256", sha256},
          {"parameters", parameters},
          {"architecture", architecture},
          {"attention", to_string(options.attention)},
          {"attention_source", attention_source},
          {"options", options.to_json()},
          {"preprocess", preprocess.to_json()},
          {"class_names", class_names},
          {"notes", notes}};
}

CheckpointDescription describe_checkpoint(const std::string& path, const LoadOptions& options) {
  return describe(path, options).description;
}

LoadedModel load_model(const std::string& path, const LoadOptions& options) {
  Described described = describe(path, options);
  VisionTransformer module(described.description.options);
  module->to(options.dtype);
  fill(module, described, options.dtype);
  const data::PreprocessConfig& preprocess = described.description.preprocess;
  const ComputeOptions compute{
      .dtype = options.dtype, .kernels = options.kernels, .reduced = options.reduced};
  auto classifier = make_classifier(module, preprocess.mean, preprocess.std, compute);
  return {std::move(described.description), std::move(classifier)};
}

std::vector<std::string> find_checkpoints(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file or folder");
  if (!fs::is_directory(status) || fs::exists(fs::path(path) / kWeightsName)) return {path};
  std::vector<std::string> found;
  for (const fs::path& entry : sorted_entries(path)) {
    if (fs::exists(entry / kWeightsName)) found.push_back(entry.string());
  }
  if (found.empty())
    throw InputError(path, "holds no checkpoint: no model.safetensors, neither in it nor in a folder in it",
                     missing_weights_hint(path));
  return found;
}

}  // namespace vitrobust::models
