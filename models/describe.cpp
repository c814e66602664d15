#include "models/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/error.h"
#include "core/sha256.h"
#include "models/check_tensors.h"
#include "models/checkpoint/open_checkpoint.h"
#include "models/checkpoint_files.h"
#include "models/config_json.h"
#include "models/dialects/dialect.h"
#include "models/dialects/key_map.h"
#include "models/transformers_config.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

/// The label names of ImageNet-21k take 1 MB.
constexpr std::size_t kMaxConfigBytes = std::size_t{64} << 20;
/// What timm's and DeiT's training scripts call the argument that names the network.
constexpr const char* kTrainedArchitecture = "args.model";
constexpr std::size_t kMostNamed = 5;

/// Errors of the dialects have no path.
template <typename Function>
auto with_path(const std::string& path, Function function) {
  try {
    return function();
  } catch (const InputError& error) {
    throw InputError(path, error.what(), error.hint());
  }
}

std::string list_of(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (const std::string& name : names)
    if (shown.size() < kMostNamed) shown.push_back(printable_name(name));
  const std::string more =
      names.size() > kMostNamed ? fmt::format(" and {} more", names.size() - kMostNamed) : "";
  return fmt::format("{}{}", fmt::join(shown, ", "), more);
}

/// Several files: the digest of their digests.
std::string digest(const std::vector<std::string>& files) {
  if (files.size() == 1) return sha256_file(files.front());
  std::string digests;
  for (const std::string& file : files) digests += sha256_file(file);
  return sha256_hex(digests);
}

/// Cuts and normalises as the configuration says, as the dialect's library does where it is silent.
data::PreprocessConfig make_preprocess(const ModelConfig& config, const LoadOptions& said,
                                       const DialectDefaults& defaults, const CheckpointFiles& files,
                                       CheckpointDescription& description) {
  data::PreprocessConfig preprocess = defaults.preprocess;
  preprocess.height = static_cast<int>(description.options.image_height);
  preprocess.width = static_cast<int>(description.options.image_width);
  preprocess.crop_pct = config.crop_pct.value_or(preprocess.crop_pct);
  preprocess.crop_mode = config.crop_mode.value_or(preprocess.crop_mode);
  preprocess.interpolation = config.interpolation.value_or(preprocess.interpolation);
  preprocess.resize = config.resize;
  preprocess.mean = config.mean.value_or(preprocess.mean);
  preprocess.std = config.std.value_or(preprocess.std);
  if (const auto problems = preprocess.validate(); !problems.empty())
    throw InputError(files.config.empty() ? files.weights : files.config,
                     fmt::format("{}", fmt::join(problems, "; ")));
  const bool mean_known = said.mean || config.mean;
  const bool std_known = said.std || config.std;
  if (!mean_known || !std_known)
    description.notes.push_back(
        fmt::format("normalisation assumed to be {}: neither --mean and --std nor config.json say",
                    defaults.normalisation));
  preprocess.mean = said.mean.value_or(preprocess.mean);
  preprocess.std = said.std.value_or(preprocess.std);
  if (const auto problems = preprocess.validate(); !problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")));
  return preprocess;
}

ModelConfig read_config(const CheckpointFiles& files) {
  ModelConfig config;
  if (!files.config.empty())
    config = parse_model_config(read_json(files.config, kMaxConfigBytes), files.config);
  if (!files.preprocessor.empty())
    add_preprocessor_config(read_json(files.preprocessor, kMaxConfigBytes), files.preprocessor, config);
  return config;
}

void read_names(const CheckpointFiles& files, const LoadOptions& said, DescribedCheckpoint& described) {
  std::vector<std::string>& notes = described.description.notes;
  described.catalogue = open_checkpoint_file(files.weights, {.use_ema = said.use_ema});
  CheckpointDescription& description = described.description;
  description.container = described.catalogue.container;
  for (const std::string& file : described.catalogue.files)
    description.files.push_back(fs::path(file).filename().string());
  std::ranges::copy(described.catalogue.notes, std::back_inserter(notes));
  if (!said.key_map.empty()) {
    const std::vector<std::string> dropped = apply_key_map(said.key_map, described.catalogue);
    notes.push_back("names translated by --key-map");
    if (!dropped.empty()) notes.push_back("tensors dropped by --key-map: " + list_of(dropped));
  }
  described.translation = with_path(files.weights, [&] { return translate(described.catalogue); });
  description.dialect = described.translation.dialect;
  std::ranges::copy(described.translation.notes, std::back_inserter(notes));
  if (!described.translation.ignored.empty())
    notes.push_back("tensors that classification does not need: " + list_of(described.translation.ignored));
}

/// What the user says; what the files say; what a training script noted among the weights.
std::string architecture_of(const ModelConfig& config, const LoadOptions& said,
                            const DescribedCheckpoint& described) {
  if (said.architecture) return *said.architecture;
  if (!config.architecture.empty()) return config.architecture;
  const auto& metadata = described.catalogue.metadata;
  const auto found = metadata.find(kTrainedArchitecture);
  return found == metadata.end() ? "" : printable_name(found->second);
}

void check_class_names(const CheckpointDescription& description, const std::string& path) {
  if (!description.class_names.empty() &&
      std::cmp_not_equal(description.class_names.size(), description.options.num_classes))
    throw InputError(path, fmt::format("label_names has {} names for {} classes",
                                       description.class_names.size(), description.options.num_classes));
}

}  // namespace

void describe(const std::string& path, const LoadOptions& said, DescribedCheckpoint& described) {
  const CheckpointFiles files = locate_checkpoint(path);
  CheckpointDescription& description = described.description;
  description.name = files.name;
  description.path = files.weights;
  read_names(files, said, described);

  const bool config_found = !files.config.empty();
  ModelConfig config = read_config(files);
  if (!config_found)
    description.notes.emplace_back("no config.json: the architecture is read off the tensors");
  std::ranges::copy(config.notes, std::back_inserter(description.notes));
  const bool trained_name = !said.architecture && config.architecture.empty();
  config.architecture = description.architecture = architecture_of(config, said, described);
  if (trained_name && !config.architecture.empty())
    description.notes.push_back(
        fmt::format("architecture '{}', as the training's arguments in the file say", config.architecture));
  described.inferred =
      infer_options(described.translation, config, config_found, said, files.weights, description.notes);
  description.options = described.inferred.options;
  description.attention_source = described.inferred.attention_source;
  for (const CanonicalTensor& tensor : described.translation.tensors)
    for (const TensorPart& part : tensor.parts)
      if (!part.zeros) description.parameters += part.entry.elements();
  description.preprocess = make_preprocess(config, said, described.translation.defaults, files, description);
  description.class_names = std::move(config.class_names);
  check_class_names(description, files.config);
  check_tensors(described.translation, described.inferred.as_stored(), described.catalogue.unreadable,
                files.weights);
  description.sha256 = digest(described.catalogue.files);
}

}  // namespace vitrobust::models
