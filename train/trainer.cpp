#include "train/trainer.h"

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/error.h"
#include "train/augment.h"
#include "train/optimizer.h"

namespace vitrobust::train {
namespace {

constexpr double kGradientNorm = 1.0;
constexpr std::int64_t kEvaluationBatch = 250;

/// Bfloat16 matrix products on the CPU while it lives.
class Autocast {
 public:
  explicit Autocast(bool enabled) : before_(at::autocast::is_autocast_enabled(at::kCPU)) {
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, enabled);
  }
  ~Autocast() {
    at::autocast::set_autocast_enabled(at::kCPU, before_);
    // Cast weights are cached; they change with the next step.
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool before_;
};

models::VisionTransformer make_model(const TrainOptions& options,
                                     const models::VisionTransformerOptions& shape) {
  torch::manual_seed(static_cast<std::uint64_t>(options.seed));
  return models::VisionTransformer(shape);
}

at::Tensor channel_tensor(const std::array<double, 3>& values) {
  return torch::tensor({values[0], values[1], values[2]}, torch::kFloat).view({1, 3, 1, 1});
}

std::int64_t count_correct(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.argmax(1).eq(labels).sum().item<std::int64_t>();
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, const models::VisionTransformerOptions& shape,
                 const data::PreprocessConfig& preprocess)
    : options_(options),
      mean_(channel_tensor(preprocess.mean)),
      std_(channel_tensor(preprocess.std)),
      model_(make_model(options, shape)),
      optimizer_(make_optimizer(*model_, options.weight_decay)) {}

at::Tensor Trainer::normalised(const at::Tensor& images) const {
  return (images - mean_) / std_;
}

at::Tensor Trainer::training_logits(const at::Tensor& images) {
  const Autocast autocast(options_.precision == "bf16");
  return model_->forward(normalised(images)).to(at::kFloat);
}

std::pair<double, std::int64_t> Trainer::step(const at::Tensor& images, const at::Tensor& labels,
                                              double learning_rate) {
  const at::Tensor logits = training_logits(images);
  const at::Tensor loss = at::cross_entropy_loss(logits, labels, /*weight=*/{}, at::Reduction::Mean,
                                                 /*ignore_index=*/-100, options_.label_smoothing);
  const auto value = loss.item<double>();
  if (!std::isfinite(value))
    throw Error(ExitCode::nothing_evaluated,
                fmt::format("the loss became {} at step {}", value, state_.optimizer_steps + 1),
                "lower --lr or lengthen --warmup-epochs");
  optimizer_.zero_grad();
  loss.backward();
  torch::nn::utils::clip_grad_norm_(model_->parameters(), kGradientNorm);
  set_learning_rate(optimizer_, learning_rate);
  optimizer_.step();
  ++state_.optimizer_steps;
  return {value, count_correct(logits, labels)};
}

EpochResult Trainer::train_epoch(const Samples& samples, const AfterBatch& after_batch) {
  const std::int64_t count = samples.size();
  const std::int64_t batch = options_.batch_size;
  const std::int64_t steps = (count + batch - 1) / batch;
  const Schedule schedule{.peak = options_.lr,
                          .warmup_steps = options_.warmup_epochs * steps,
                          .total_steps = options_.epochs * steps};
  const AugmentOptions augmentation{.flip = options_.flip, .crop_padding = options_.crop_padding};
  const auto seed = static_cast<std::uint64_t>(options_.seed);
  const auto epoch = static_cast<std::uint32_t>(finished_epochs());
  const std::vector<std::int64_t> order = epoch_order(count, seed, epoch);
  EpochResult result{.train_count = count};
  double loss_sum = 0;
  for (std::int64_t first = 0; first < count; first += batch) {
    const auto size = static_cast<std::size_t>(std::min(batch, count - first));
    const auto ids = std::span(order).subspan(static_cast<std::size_t>(first), size);
    const at::Tensor labels =
        samples.labels.index_select(0, torch::tensor(at::ArrayRef(ids.data(), ids.size())));
    const auto [loss, correct] = step(augmented_batch(samples, ids, augmentation, seed, epoch), labels,
                                      schedule.learning_rate(state_.optimizer_steps));
    loss_sum += loss * static_cast<double>(size);
    result.train_correct += correct;
    after_batch(static_cast<std::int64_t>(size));
  }
  result.loss = loss_sum / static_cast<double>(count);
  return result;
}

Score Trainer::evaluate(const Samples& samples) {
  const torch::NoGradGuard no_grad;
  Score score{.count = samples.size()};
  for (std::int64_t first = 0; first < score.count; first += kEvaluationBatch) {
    const std::int64_t size = std::min(kEvaluationBatch, score.count - first);
    const at::Tensor logits = model_->forward(normalised(batch_images(samples, first, size)));
    score.correct += count_correct(logits, samples.labels.narrow(0, first, size));
  }
  return score;
}

void Trainer::save(const std::string& path, const Json& settings) const {
  save_state(path, *model_, optimizer_, state_, settings);
}

void Trainer::restore(const std::string& path, const Json& settings) {
  if (auto state = restore_state(path, *model_, optimizer_, settings)) state_ = std::move(*state);
}

}  // namespace vitrobust::train
