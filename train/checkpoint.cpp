#include "train/checkpoint.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/version.h"
#include "models/checkpoint/safetensors.h"
#include "models/config_json.h"
#include "train/state.h"

namespace vitrobust::train {
namespace {

at::ScalarType storage_type(const std::string& storage) {
  if (storage == "f16") return at::kHalf;
  if (storage == "bf16") return at::kBFloat16;
  return at::kFloat;
}

/// "vit_w96_d4_h3_p4_32", in the manner of timm's names.
std::string architecture_name(const models::VisionTransformerOptions& shape) {
  return fmt::format("vit_w{}_d{}_h{}_p{}_{}", shape.embed_dim, shape.depth, shape.num_heads,
                     shape.patch_size, shape.image_height);
}

Json training_json(const Task& task, const Trainer& trainer, const Score& score, const std::string& command) {
  Json json{{"tool", "vitrobust-train " VITROBUST_VERSION},
            {"command", command},
            {"settings", task.settings},
            {"history", Json::array()}};
  for (const EpochResult& epoch : trainer.history()) json["history"].push_back(epoch.to_json());
  if (score.count > 0) {
    json["evaluation"] = {{"data", task.evaluation_data()->info().spec},
                          {"first", task.evaluation_range.first},
                          {"n", score.count},
                          {"correct", score.correct},
                          {"accuracy", score.accuracy()},
                          {"precision", "fp32"}};
  }
  return json;
}

}  // namespace

std::string weights_path(const std::string& out) {
  return (std::filesystem::path(out) / "model.safetensors").string();
}

std::string config_path(const std::string& out) {
  return (std::filesystem::path(out) / "config.json").string();
}

std::string state_path(const std::string& out) {
  return (std::filesystem::path(out) / "training-state.safetensors").string();
}

std::optional<Score> finished_score(const std::string& out, const Json& settings) {
  const std::string path = config_path(out);
  if (!std::filesystem::exists(path)) return std::nullopt;
  const Json config = read_json(path);
  if (!config.is_object() || !config.contains("training"))
    throw InputError(path, "belongs to a checkpoint that was not trained here", "give another --out");
  const Json& training = config["training"];
  check_same_settings(json_get<Json>(training, "settings", path), settings, path);
  if (!std::filesystem::exists(weights_path(out))) return std::nullopt;
  if (!training.contains("evaluation")) return Score{};
  const Json& evaluation = training["evaluation"];
  return Score{.correct = json_get<std::int64_t>(evaluation, "correct", path),
               .count = json_get<std::int64_t>(evaluation, "n", path)};
}

void round_to_storage(models::VisionTransformer& model, const std::string& storage) {
  const torch::NoGradGuard no_grad;
  for (at::Tensor& parameter : model->parameters()) parameter.copy_(parameter.to(storage_type(storage)));
}

void write_checkpoint(const Task& task, const Trainer& trainer, const Score& score,
                      const std::string& command) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& parameter : trainer.model()->named_parameters())
    tensors.emplace_back(parameter.key(), parameter.value().detach().to(storage_type(task.options.storage)));
  models::write_safetensors(weights_path(task.options.out), tensors, {{"format", "pt"}});
  Json config =
      models::make_config_json(task.shape, task.preprocess, task.class_names, architecture_name(task.shape));
  config["training"] = training_json(task, trainer, score, command);
  write_file_atomically(config_path(task.options.out), dump_json(config));
}

}  // namespace vitrobust::train
