#pragma once

#include <string>
#include <vector>

namespace vitrobust::models {

/// The files that a checkpoint consists of.
struct CheckpointFiles {
  std::string weights;       ///< or the index of their shards
  std::string config;        ///< config.json beside them; empty when there is none
  std::string preprocessor;  ///< preprocessor_config.json; empty when there is none
  std::string name;          ///< of the folder, or of the file without its extension
};

/// @param path a file of weights, or a folder that holds one under its usual name, or only one
/// @throws InputError when there is none, or several that could be meant
CheckpointFiles locate_checkpoint(const std::string& path);

/// A checkpoint as `path` names it, or every checkpoint file or folder directly inside `path`, sorted.
/// @throws InputError when there is none
std::vector<std::string> find_checkpoints(const std::string& path);

}  // namespace vitrobust::models
