#include "eval/cli/load_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace vitrobust::eval {
namespace {

std::optional<std::array<double, 3>> to_rgb(const std::optional<std::vector<double>>& values) {
  if (!values) return std::nullopt;
  return std::array<double, 3>{values->at(0), values->at(1), values->at(2)};
}

/// The checkpoint's preprocessing with what the user said about it. @throws UsageError listing every problem
void override_preprocess(const RunOptions& options, data::PreprocessConfig& preprocess) {
  if (options.crop_pct) {
    preprocess.crop_pct = *options.crop_pct;
    preprocess.resize.reset();
  }
  if (options.resize) preprocess.resize = static_cast<int>(*options.resize);
  if (options.crop_mode) preprocess.crop_mode = data::parse_crop_mode(*options.crop_mode);
  if (options.interpolation) preprocess.interpolation = data::parse_interpolation(*options.interpolation);
  const std::vector<std::string> problems = preprocess.validate();
  if (!problems.empty()) throw UsageError(fmt::format("preprocessing: {}", fmt::join(problems, "; ")));
}

}  // namespace

models::LoadOptions to_load_options(const ModelOptions& options) {
  models::LoadOptions load;
  load.architecture = options.arch;
  if (options.attention) load.attention = models::parse_attention(*options.attention);
  if (options.activation) load.activation = models::parse_activation(*options.activation);
  if (options.pool) load.pooling = models::parse_pooling(*options.pool);
  load.heads = options.heads;
  load.norm_eps = options.norm_eps;
  load.image_size = options.img_size;
  load.mean = to_rgb(options.mean);
  load.std = to_rgb(options.std);
  load.use_ema = options.use_ema;
  load.key_map = options.key_map;
  load.torchscript = options.format == "torchscript";
  return load;
}

models::LoadedModel load_for(const RunOptions& options, const std::string& path,
                             std::optional<models::Kernels> search_kernels) {
  models::LoadOptions load = to_load_options(options);
  load.dtype = options.precision == "fp64" ? at::kDouble : at::kFloat;
  load.reduced = options.precision == "bf16";
  load.search_kernels = search_kernels;
  if (options.kernels != "auto") load.kernels = models::parse_kernels(options.kernels);
  models::LoadedModel model = models::load_model(path, load);
  override_preprocess(options, model.description.preprocess);
  return model;
}

}  // namespace vitrobust::eval
