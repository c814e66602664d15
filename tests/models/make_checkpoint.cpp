#include "tests/models/make_checkpoint.h"

#include <torch/torch.h>

#include <filesystem>

#include "core/files.h"
#include "models/checkpoint/safetensors.h"
#include "models/config_json.h"
#include "models/vision_transformer.h"

namespace vitrobust::tests {

models::VisionTransformerOptions tiny_options() {
  models::VisionTransformerOptions options;
  options.image_height = options.image_width = 16;
  options.patch_size = 8;
  options.embed_dim = 8;
  options.depth = 2;
  options.num_heads = 2;
  options.mlp_hidden = 16;
  options.num_classes = 3;
  return options;
}

void make_checkpoint(const std::string& folder, const models::VisionTransformerOptions& options,
                     std::uint64_t seed) {
  torch::manual_seed(seed);
  models::VisionTransformer network(options);
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& parameter : network->named_parameters())
    tensors.emplace_back(parameter.key(), parameter.value());
  std::filesystem::create_directories(folder);
  models::write_safetensors(folder + "/model.safetensors", tensors, {{"format", "pt"}});
  data::PreprocessConfig preprocess;
  preprocess.mean = preprocess.std = {0.5, 0.5, 0.5};
  write_file_atomically(folder + "/config.json",
                        dump_json(models::make_config_json(options, preprocess, {}, "vitrobust_vit")));
}

}  // namespace vitrobust::tests
