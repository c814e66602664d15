#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json.h"
#include "data/preprocess_config.h"
#include "models/checkpoint_files.h"
#include "models/classifier.h"
#include "models/load_options.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// Container and dialect of a TorchScript program.
inline constexpr const char* kTorchScript = "torchscript";

/// What a checkpoint holds: `vitrobust inspect` prints it, the report keeps it.
struct CheckpointDescription {
  std::string name;          ///< of the folder, or of the file without its extension
  std::string path;          ///< of the weights
  std::string container;     ///< "safetensors", "torch", "torch-legacy", "npz" or "torchscript"
  std::string dialect;       ///< a name of dialect_table(), or "torchscript"
  std::string architecture;  ///< config.json's name of it, or the user's; empty when nobody says one
  /// Of the weights' file; where there are several, of their digests, one after the other in the order of
  /// `files`.
  std::string sha256;
  std::vector<std::string> files;  ///< of the weights, without their folder
  std::uint64_t parameters = 0;
  /// "given" (option or config.json), "inferred" (learnt tensors that one formulation has) or "assumed".
  std::string attention_source;
  VisionTransformerOptions options;  ///< of a TorchScript program, only the classes
  data::PreprocessConfig preprocess;
  std::vector<std::string> class_names;  ///< empty when the files do not say
  std::vector<std::string> notes;        ///< what was inferred or assumed, one sentence each
  [[nodiscard]] Json to_json() const;
};

struct LoadedModel {
  CheckpointDescription description;
  std::shared_ptr<Classifier> classifier;
};

/// Reads what the files say about themselves and checks it; of the weights it only takes the digest.
/// @param path a file of weights, with config.json and preprocessor_config.json beside it if it has them, or
/// a folder
///             that holds them (checkpoint_files.h); without config.json everything is inferred from the
///             tensors, as far as that goes
/// @throws InputError for whatever is wrong with the files; missing, unexpected and misshapen tensors are all
///         named in one error. UsageError for options that the network cannot have
CheckpointDescription describe_checkpoint(const std::string& path, const LoadOptions& options);

/// What `vitrobust inspect` shows: the description as far as it goes, with every tensor, its name in the file
/// and what is wrong.
struct Inspection {
  Json json;
  std::optional<Error> problem;  ///< that describe_checkpoint() would throw
};
Inspection inspect_checkpoint(const std::string& path, const LoadOptions& options);

/// Describes, builds, fills and freezes the model. @throws as describe_checkpoint(), and InputError for
/// weights that are NaN or infinite
LoadedModel load_model(const std::string& path, const LoadOptions& options);

}  // namespace vitrobust::models
