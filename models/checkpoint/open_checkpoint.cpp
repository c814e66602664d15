#include "models/checkpoint/open_checkpoint.h"

#include <filesystem>
#include <string_view>

#include "core/error.h"
#include "models/checkpoint/npz.h"
#include "models/checkpoint/safetensors_header.h"
#include "models/checkpoint/select_state_dict.h"
#include "models/checkpoint/shard_index.h"
#include "models/checkpoint/torch_legacy.h"
#include "models/checkpoint/torch_zip.h"
#include "models/checkpoint/zip_directory.h"

namespace vitrobust::models {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

using Source = std::shared_ptr<const ByteSource>;

constexpr const char* kWeightsNames[] = {"model.safetensors", "model.safetensors.index.json",
                                         "pytorch_model.bin", "pytorch_model.bin.index.json"};

constexpr const char* kKnownHint =
    "checkpoints are safetensors files, files of torch.save, .npz archives, and folders that hold them";

bool begins_with(const ByteSource& source, std::string_view start) {
  if (source.size() < start.size()) return false;
  const auto bytes = source.read(0, start.size());
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == start;
}

TensorCatalogue open_zip(const Source& source, const CatalogueOptions& options) {
  const ZipDirectory directory(*source);
  if (looks_like_torch_zip(directory)) return open_torch_zip(source, directory, options);
  TensorCatalogue catalogue = open_npz(source, directory);
  if (catalogue.tensors.empty() && catalogue.unreadable.empty())
    throw InputError(source->name(),
                     "is a zip archive that holds neither a data.pkl of torch.save's nor arrays", kKnownHint);
  return catalogue;
}

bool looks_like_safetensors(const ByteSource& source) {
  // A file of that name is left to the parser, which says what is wrong with it.
  if (fs::path(source.name()).extension() == ".safetensors") return true;
  return source.size() > kSafetensorsPrefixBytes && source.read(kSafetensorsPrefixBytes, 1).front() == '{';
}

/// The containers, each with its sign; the first whose sign is there opens the file.
struct ContainerFormat {
  bool (*recognises)(const ByteSource& source);
  TensorCatalogue (*open)(const Source& source, const CatalogueOptions& options);
};

constexpr ContainerFormat kFormats[] = {
    {looks_like_zip, open_zip},
    {looks_like_pickle, open_torch_legacy},
    {[](const ByteSource& source) { return begins_with(source, "\x93NUMPY"sv); },
     [](const Source& source, const CatalogueOptions&) -> TensorCatalogue {
       throw InputError(source->name(), "is a single NumPy array, a checkpoint has one for each weight",
                        "save them with numpy.savez(FILE, **arrays)");
     }},
    {[](const ByteSource& source) { return begins_with(source, "\x89HDF\r\n"sv); },
     [](const Source& source, const CatalogueOptions&) -> TensorCatalogue {
       throw InputError(source->name(), "is an HDF5 file, as Keras checkpoints are, which is not read",
                        "timm publishes most of these models as safetensors");
     }},
    {looks_like_safetensors,
     [](const Source& source, const CatalogueOptions&) { return open_safetensors(source); }},
};

}  // namespace

TensorCatalogue open_checkpoint(const Source& source, const CatalogueOptions& options) {
  for (const ContainerFormat& format : kFormats)
    if (format.recognises(*source)) return format.open(source, options);
  throw InputError(source->name(), source->size() == 0 ? "is empty" : "is no checkpoint that is known",
                   kKnownHint);
}

TensorCatalogue open_checkpoint_file(const std::string& path, const CatalogueOptions& options) {
  const Source source = open_file_source(path);
  TensorCatalogue catalogue;
  if (looks_like_json(*source)) {
    catalogue = open_shards(path, options);
  } else {
    catalogue = open_checkpoint(source, options);
    catalogue.files = {path};
  }
  strip_wrapper_prefixes(catalogue, path);
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
