#include "models/checkpoint_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "core/error.h"
#include "models/checkpoint/open_checkpoint.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint =
    "a checkpoint folder holds model.safetensors, its shards' index or pytorch_model.bin, beside config.json";

std::vector<fs::path> sorted_entries(const std::string& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure))
    entries.push_back(at->path());
  if (failure) throw InputError(folder, "cannot be listed: " + failure.message());
  std::ranges::sort(entries);
  return entries;
}

/// A file as training scripts and libraries name weights; ".pth.tar" counts too.
bool is_named_like_weights(const fs::path& path) {
  constexpr std::array<std::string_view, 7> kExtensions{".safetensors", ".pth", ".pt", ".bin",
                                                        ".ckpt",        ".npz", ".tar"};
  const std::string extension = path.extension().string();
  if (extension == ".tar" && path.stem().extension() != ".pth") return false;
  return std::ranges::find(kExtensions, extension) != kExtensions.end() && fs::is_regular_file(path);
}

std::vector<std::string> weights_like(const std::string& folder) {
  std::vector<std::string> found;
  for (const fs::path& entry : sorted_entries(folder))
    if (is_named_like_weights(entry)) found.push_back(entry.string());
  return found;
}

std::string weights_of_folder(const std::string& folder) {
  if (const auto usual = weights_in_folder(folder)) return *usual;
  const std::vector<std::string> found = weights_like(folder);
  if (found.size() == 1) return found.front();
  if (found.empty()) throw InputError(folder, "holds no weights", kHint);
  throw InputError(folder, fmt::format("holds {} files of weights", found.size()),
                   fmt::format("give one of them: {}", fmt::join(found, ", ")));
}

/// Weights under a usual name, or the only ones beside a config.json.
bool is_checkpoint_folder(const fs::path& path) {
  if (!fs::is_directory(path)) return false;
  if (weights_in_folder(path.string())) return true;
  return fs::exists(path / "config.json") && weights_like(path.string()).size() == 1;
}

std::string beside(const fs::path& weights, const char* name) {
  const fs::path path = weights.parent_path() / name;
  return fs::exists(path) ? path.string() : "";
}

/// "model" says nothing where the folder has a name; "runs/vit/" and "." have one too.
std::string name_of(const fs::path& weights, bool folder) {
  const fs::path parent = fs::absolute(weights).lexically_normal().parent_path();
  const auto usual = weights_in_folder(parent.string());
  const bool named_by_folder = folder || (usual && fs::path(*usual).filename() == weights.filename());
  if (named_by_folder) return parent.filename().string();
  fs::path stem = weights.stem();
  if (stem.extension() == ".pth") stem = stem.stem();
  return stem.string();
}

}  // namespace

CheckpointFiles locate_checkpoint(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file or folder");
  const bool folder = fs::is_directory(status);
  const std::string weights = folder ? weights_of_folder(path) : path;
  return {weights, beside(weights, "config.json"), beside(weights, "preprocessor_config.json"),
          name_of(weights, folder)};
}

std::vector<std::string> find_checkpoints(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) throw InputError(path, "no such file or folder");
  if (!fs::is_directory(status) || is_checkpoint_folder(path)) return {path};
  std::vector<std::string> found = weights_like(path);
  for (const fs::path& entry : sorted_entries(path))
    if (is_checkpoint_folder(entry)) found.push_back(entry.string());
  std::ranges::sort(found);
  if (found.empty())
    throw InputError(path, "holds no checkpoint, neither in it nor in a folder in it", kHint);
  return found;
}

}  // namespace vitrobust::models
