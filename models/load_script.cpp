#include "models/load_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "core/sha256.h"
#include "models/torchscript.h"

namespace vitrobust::models {

CheckpointDescription describe_script(const std::string& path, const LoadOptions& options) {
  if (std::filesystem::is_directory(path))
    throw InputError(path, "is a folder, expected a TorchScript file",
                     "give the file that torch.jit.save wrote");
  CheckpointDescription description;
  const std::filesystem::path file(path);
  description.name = file.stem().string();
  description.path = path;
  description.container = description.dialect = kTorchScript;
  description.files = {file.filename().string()};
  description.attention_source = "unknown";
  description.options.num_classes = 0;  // until it has run
  data::PreprocessConfig& preprocess = description.preprocess;
  if (options.image_size) preprocess.height = preprocess.width = static_cast<int>(*options.image_size);
  if (options.mean) preprocess.mean = *options.mean;
  if (options.std) preprocess.std = *options.std;
  if (const auto problems = preprocess.validate(); !problems.empty())
    throw UsageError(fmt::format("{}", fmt::join(problems, "; ")));
  if (!options.image_size)
    description.notes.push_back(
        fmt::format("image size assumed to be {0}x{0}: --img-size does not say", preprocess.height));
  if (!options.mean || !options.std)
    description.notes.emplace_back("normalisation assumed to be ImageNet's: --mean and --std do not say");
  description.sha256 = sha256_file(path);
  return description;
}

LoadedModel load_script(const std::string& path, const LoadOptions& options) {
  if (options.reduced || options.kernels)
    throw UsageError("--format torchscript runs as the file says: without --precision bf16 and --kernels");
  CheckpointDescription description = describe_script(path, options);
  const data::PreprocessConfig& preprocess = description.preprocess;
  TorchScriptModel model = load_torchscript(path, {.height = preprocess.height,
                                                   .width = preprocess.width,
                                                   .mean = preprocess.mean,
                                                   .std = preprocess.std,
                                                   .dtype = options.dtype});
  description.parameters = model.parameters;
  description.options.num_classes = model.classifier->info().classes;
  std::ranges::move(model.notes, std::back_inserter(description.notes));
  return {std::move(description), std::move(model.classifier)};
}

}  // namespace vitrobust::models
