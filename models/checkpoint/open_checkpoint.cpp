#include "models/checkpoint/open_checkpoint.h"

#include <filesystem>

#include "core/error.h"
#include "models/checkpoint/container.h"
#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeightsNames[] = {"model.safetensors", "model.safetensors.index.json",
                                         "pytorch_model.bin", "pytorch_model.bin.index.json"};

}  // namespace

TensorCatalogue open_checkpoint(const std::shared_ptr<const ByteSource>& source, const CatalogueOptions&) {
  require_safetensors(source->name());
  return open_safetensors(source);
}

TensorCatalogue open_checkpoint_file(const std::string& path, const CatalogueOptions& options) {
  TensorCatalogue catalogue = open_checkpoint(open_file_source(path), options);
  catalogue.files = {path};
  return catalogue;
}

std::optional<std::string> weights_in_folder(const std::string& folder) {
  std::error_code ignored;
  for (const char* name : kWeightsNames) {
    const fs::path path = fs::path(folder) / name;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  return std::nullopt;
}

}  // namespace vitrobust::models
