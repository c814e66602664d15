#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "data/preprocess_config.h"
#include "models/classifier.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// What a user may say about a checkpoint that its files leave unsaid or say differently.
struct LoadOptions {
  std::optional<AttentionKind> attention;
  std::optional<std::int64_t> heads;
  std::optional<Activation> activation;
  std::optional<double> norm_eps;
  std::optional<Pooling> pooling;
  /// Normalisation of RGB in [0,1] instead of the checkpoint's.
  std::optional<std::array<double, 3>> mean, std;
  at::ScalarType dtype = at::kFloat;
  /// Kernels of a float32 network; when absent, the fastest. See ComputeOptions.
  std::optional<Kernels> kernels;
  /// Gradients through bfloat16 products.
  bool reduced = false;
};

/// What a checkpoint holds: `vitrobust inspect` prints it, the report keeps it.
struct CheckpointDescription {
  std::string name;          ///< of the folder, or of the file without its extension
  std::string path;          ///< of the weights
  std::string container;     ///< "safetensors"
  std::string dialect;       ///< "timm"
  std::string architecture;  ///< config.json's name of it; empty when it says none
  std::string sha256;        ///< of the weights' file
  std::uint64_t parameters = 0;
  /// "given" (option or config.json) or "assumed".
  std::string attention_source;
  VisionTransformerOptions options;
  data::PreprocessConfig preprocess;
  std::vector<std::string> class_names;  ///< empty when the files do not say
  std::vector<std::string> notes;        ///< what was inferred or assumed, one sentence each
  [[nodiscard]] Json to_json() const;
};

struct LoadedModel {
  CheckpointDescription description;
  std::shared_ptr<Classifier> classifier;
};

/// Reads header and config.json and checks them against each other; of the weights it only takes the digest.
/// @param path a .safetensors file with config.json beside it, or a folder that holds both
/// (model.safetensors);
///             without config.json everything is inferred from the tensors, as far as that goes
/// @throws InputError for whatever is wrong with the files; missing, unexpected and misshapen tensors are all
///         named in one error. UsageError for options that the network cannot have
CheckpointDescription describe_checkpoint(const std::string& path, const LoadOptions& options);

/// Describes, builds, fills and freezes the model. @throws as describe_checkpoint(), and InputError for
/// weights that are NaN or infinite
LoadedModel load_model(const std::string& path, const LoadOptions& options);

/// A checkpoint as `path` names it, or every checkpoint folder directly inside `path`, sorted.
/// @throws InputError when there is none
std::vector<std::string> find_checkpoints(const std::string& path);

}  // namespace vitrobust::models
