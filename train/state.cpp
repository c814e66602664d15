#include "train/state.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <filesystem>

#include "core/error.h"
#include "models/checkpoint/safetensors.h"
#include "models/checkpoint/safetensors_header.h"

namespace vitrobust::train {
namespace {

constexpr const char* kWeight = "weight/";
constexpr const char* kFirstMoment = "exp_avg/";
constexpr const char* kSecondMoment = "exp_avg_sq/";
constexpr const char* kHint = "give another --out, or delete this file to start again";

Json metadata_json(const models::SafetensorsHeader& header, const std::string& key, const std::string& path) {
  const auto found = header.metadata.find(key);
  if (found == header.metadata.end()) throw InputError(path, "is not a training state: no " + key, kHint);
  return parse_json(found->second, fmt::format("{}: {}", path, key));
}

TrainingState read_progress(const models::SafetensorsHeader& header, const std::string& path) {
  const Json json = metadata_json(header, "progress", path);
  TrainingState state;
  state.optimizer_steps = json_get<std::int64_t>(json, "optimizer_steps", path);
  const Json history = json_get<Json>(json, "history", path);
  if (!history.is_array()) throw InputError(path, "the history is not a list", kHint);
  for (const Json& epoch : history) state.history.push_back(EpochResult::from_json(epoch, path));
  return state;
}

/// One tensor of the file, of the parameter's shape.
at::Tensor take(std::map<std::string, at::Tensor>& tensors, const std::string& name,
                const at::Tensor& parameter, const std::string& path) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw InputError(path, fmt::format("tensor '{}' is missing", name), kHint);
  if (found->second.sizes() != parameter.sizes() || found->second.scalar_type() != parameter.scalar_type())
    throw InputError(path, fmt::format("tensor '{}' has another shape or type than the model", name), kHint);
  return std::move(found->second);
}

}  // namespace

Json EpochResult::to_json() const {
  Json json{{"loss", loss}, {"train_correct", train_correct}, {"train_count", train_count}};
  if (eval_count > 0) {
    json["eval_correct"] = eval_correct;
    json["eval_count"] = eval_count;
  }
  return json;
}

EpochResult EpochResult::from_json(const Json& json, const std::string& where) {
  return {.loss = json_get<double>(json, "loss", where),
          .train_correct = json_get<std::int64_t>(json, "train_correct", where),
          .train_count = json_get<std::int64_t>(json, "train_count", where),
          .eval_correct = json_get_or<std::int64_t>(json, "eval_correct", 0, where),
          .eval_count = json_get_or<std::int64_t>(json, "eval_count", 0, where)};
}

void save_state(const std::string& path, const torch::nn::Module& model, const torch::optim::AdamW& optimizer,
                const TrainingState& state, const Json& settings) {
  std::vector<std::pair<std::string, at::Tensor>> tensors;
  for (const auto& parameter : model.named_parameters()) {
    const at::Tensor& weight = parameter.value();
    tensors.emplace_back(kWeight + parameter.key(), weight.detach());
    const auto found = optimizer.state().find(weight.unsafeGetTensorImpl());
    if (found == optimizer.state().end()) throw InternalError("a parameter has never been trained");
    const auto& moments = static_cast<const torch::optim::AdamWParamState&>(*found->second);
    tensors.emplace_back(kFirstMoment + parameter.key(), moments.exp_avg());
    tensors.emplace_back(kSecondMoment + parameter.key(), moments.exp_avg_sq());
  }
  Json progress{{"optimizer_steps", state.optimizer_steps}, {"history", Json::array()}};
  for (const EpochResult& epoch : state.history) progress["history"].push_back(epoch.to_json());
  models::write_safetensors(path, tensors,
                            {{"settings", dump_json(settings)}, {"progress", dump_json(progress)}});
}

std::optional<TrainingState> restore_state(const std::string& path, torch::nn::Module& model,
                                           torch::optim::AdamW& optimizer, const Json& settings) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const models::SafetensorsHeader header = models::read_safetensors_header(path);
  check_same_settings(metadata_json(header, "settings", path), settings, path);
  TrainingState state = read_progress(header, path);
  auto tensors = models::read_safetensors(path);
  const torch::NoGradGuard no_grad;
  for (const auto& parameter : model.named_parameters()) {
    at::Tensor weight = parameter.value();
    weight.copy_(take(tensors, kWeight + parameter.key(), weight, path));
    auto moments = std::make_unique<torch::optim::AdamWParamState>();
    moments->step(state.optimizer_steps);
    moments->exp_avg(take(tensors, kFirstMoment + parameter.key(), weight, path));
    moments->exp_avg_sq(take(tensors, kSecondMoment + parameter.key(), weight, path));
    optimizer.state()[weight.unsafeGetTensorImpl()] = std::move(moments);
  }
  return state;
}

void check_same_settings(const Json& earlier, const Json& now, const std::string& path) {
  const auto text = [](const Json& settings, const std::string& key) {
    return settings.contains(key) ? settings[key].dump() : std::string("nothing");
  };
  const auto refuse = [&](const std::string& key) {
    throw InputError(
        path, fmt::format("was made with {} {}, this call says {}", key, text(earlier, key), text(now, key)),
        "give the same settings to go on, or another --out to start a new run");
  };
  if (!earlier.is_object()) throw InputError(path, "the settings are not an object", kHint);
  for (const auto& item : now.items())
    if (!earlier.contains(item.key()) || earlier[item.key()] != item.value()) refuse(item.key());
  for (const auto& item : earlier.items())
    if (!now.contains(item.key())) refuse(item.key());
}

}  // namespace vitrobust::train
